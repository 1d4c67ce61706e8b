//! `whoami`: the current identity. `auth` tests how it is established.

use crate::auth::{agent, user};
use crate::harness::{Database, for_each_engine};

#[test]
fn whoami_shows_the_identity_that_was_given_and_the_boards_it_can_read() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        for (flag, id, kind) in [("--as-user", user(0), "user"), ("--as-agent", agent(1), "agent")] {
            let identity = database.mc(["whoami", "-o", "json", flag, &id]).ok().json();
            assert_eq!((identity["kind"].as_str(), identity["id"].as_str()), (Some(kind), Some(&*id)), "{identity}");
        }
    });
}
