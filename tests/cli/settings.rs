//! Where settings come from: flags, the environment, profiles and `.env` files.

mod dotenv;
mod flags;
mod profiles;
