//! Users, as they are listed.

use super::record::fields;
use super::{Cell, Record};
use uuid::Uuid;

/// A user in an organization; a user of several organizations is several rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationUser {
    /// Primary key of the user.
    pub id: Uuid,
    /// Display name; untrusted, as are the other texts.
    pub name: Option<String>,
    /// E-mail address; not unique.
    pub email: Option<String>,
    /// The organization, by name; none for a user who belongs nowhere.
    pub organization: Option<String>,
    /// The role there. It grants nothing by itself.
    pub role: Option<String>,
}

fields!(OrganizationUser {
    "id" => |user| Cell::Id(user.id),
    "name" => |user| user.name.as_deref().into(),
    "email" => |user| user.email.as_deref().into(),
    "organization" => |user| user.organization.as_deref().into(),
    "role" => |user| user.role.as_deref().into(),
});
