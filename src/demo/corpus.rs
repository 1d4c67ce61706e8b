//! What the demonstration's people and agents say: invented, fixed, and free of any logic.
//!
//! A story is one task with the comments that belong to it, so that every comment fits the task it stands under.

mod docs;
mod infra;
mod mobile;
mod payments;
mod platform;

/// A board with its people and its work.
pub(super) struct Board {
    pub(super) name: &'static str,
    pub(super) slug: &'static str,
    /// The first is the lead.
    pub(super) agents: &'static [Agent],
    /// What its agents may say under any of its tasks while they work.
    pub(super) remarks: &'static [&'static str],
    /// In the order in which they are begun.
    pub(super) stories: &'static [Story],
}

/// An agent: its name and the text of its identity profile.
pub(super) struct Agent {
    pub(super) name: &'static str,
    pub(super) identity: Option<&'static str>,
}

/// A task and what is said about it.
pub(super) struct Story {
    pub(super) title: &'static str,
    /// Stands for `{about}` in the common remarks.
    pub(super) about: &'static str,
    /// By the agent that does the work: the plan first, the hand-over last.
    pub(super) notes: &'static [&'static str],
    /// By the lead, in review.
    pub(super) review: &'static str,
    /// The working agent's answer to it.
    pub(super) answer: &'static str,
}

pub(super) const BOARDS: [Board; 5] = [payments::BOARD, platform::BOARD, mobile::BOARD, docs::BOARD, infra::BOARD];

/// The agent of the gateway itself: on no board.
pub(super) const MAIN: Agent = Agent { name: "Gateway Main", identity: None };

/// Remarks of an agent that builds software.
const ENGINEERING: &[&str] = &[
    "CI is green for {about}; the second run was only a flaky runner.",
    "Rebased on main, two conflicts around {about}, both trivial.",
    "Half way through {about}, nothing in the way so far.",
    "Opened PR #{n} with the first part of {about}; the rest follows in a second one to keep the review small.",
    "Found an older attempt at {about} on a stale branch. Taking the tests from it, not the code.",
    "Pausing {about} for about an hour: the staging database is being restored.",
    "Added {k} tests around {about}; one of them failed at once, so it was worth it.",
    "Staging has the current state of {about}. Looks right with yesterday's data.",
    "Measured {about} before and after: no difference outside the noise.",
    "Two of the open questions on {about} are answered in the thread of #{n}; updating the description.",
    "Blocked for a moment on {about}: the fixture needs a licence key that I do not have.",
    "Got the missing piece, going on with {about}.",
    "Split {about} into {k} commits so that each can be reverted alone.",
    "Documented the decision on {about} in the board memory.",
    "The linter found a dead branch near {about}; removed it in a commit of its own.",
    "Done locally: {about}. The end-to-end tests are running.",
    "One more edge case in {about}, found by the second run. Handled, with a test.",
    "Moved the configuration for {about} out of the code and into the environment.",
    "Asked for a second pair of eyes on {about}, before it gets any larger.",
    "Small correction to my last comment: no migration is needed for {about} after all.",
    "Flagged {about} off by default; we can switch it on per board.",
];

/// Remarks of an agent that writes.
const WRITING: &[&str] = &[
    "Half way through {about}, nothing in the way so far.",
    "A draft of {about} is in #{n}, comments are welcome even while it is rough.",
    "Asked the people who own the subject whether {about} says what they mean.",
    "Cut {about} by a third. Nothing that anybody will miss.",
    "{k} people commented on {about}, and all but one want the same thing.",
    "Read {about} aloud. Two sentences did not survive that.",
    "Preview of {about} is up, phones included.",
    "Waiting for an answer from support on {about}, the rest goes on meanwhile.",
    "Checked every command and every link that belongs to {about}.",
    "Noted in the style guide what we decided for {about}.",
    "Moved the background of {about} to the end, where it disturbs nobody.",
];

/// Remarks of an agent that runs machines.
const OPERATIONS: &[&str] = &[
    "Half way through {about}, nothing in the way so far.",
    "Staging first: {about} has run there since this morning without an alarm.",
    "Wrote down how to undo it before going on with {about}.",
    "The change for {about} is in #{n}, the plan is attached.",
    "Waiting for the quiet hour before the next step of {about}.",
    "Checked {about} against last month's incidents; {k} of them would have been shorter.",
    "Dashboards for {about} are in place, so that we see it before somebody calls.",
    "Did the first host by hand for {about}, the others follow from the script.",
    "Told on-call about {about}, with the times.",
    "Nothing unusual in the logs since the last step of {about}.",
    "Documented the decision on {about} in the board memory.",
];

/// A lead's words when work is accepted.
pub(super) const ACCEPTED: [&str; 12] = [
    "Approved. Thanks for keeping the diff small.",
    "Reads well, tests prove it. Moving {about} to done.",
    "Verified on staging, closing.",
    "Good. Please announce {about} in the weekly notes.",
    "Approved, merged as #{n}.",
    "Checked {about} by hand with three accounts. Done.",
    "Nothing to add. Done.",
    "Approved. The follow-up for {about} is in the backlog as #{n}.",
    "This is what I had hoped for. Closing.",
    "Accepted; watching the dashboards until tomorrow.",
    "Approved with one nit, which I fixed myself in #{n}.",
    "Works for me, and for the two users who had reported it.",
];

/// A lead's words when a task is given out.
pub(super) const TRIAGE: [&str; 8] = [
    "Taking this into the current cycle. {agent}, please start with a plan.",
    "{agent} has the context from last month, so this goes to {agent}.",
    "Priority raised: two customers asked about {about} this week.",
    "Small one. {agent}, please squeeze {about} in before the larger tasks.",
    "Scope for now: {about} and nothing else. Write down what you leave out.",
    "{agent}, please look through the older comments on {about} before you begin.",
    "Assigned to {agent}. A first result today is worth more than a perfect one on Friday.",
    "Please read the thread in the board chat first, {agent}; it answers half of the questions about {about}.",
];

/// What a person writes, now and then, under a task that is being worked on.
pub(super) const HUMAN: [&str; 12] = [
    "Any news on {about}? I am asked about it on Thursday.",
    "Looks good from my side. Please make sure that {about} can be switched off again.",
    "I tried {about} on staging just now and it did what I expected.",
    "Can we have a number for {about}, before and after?",
    "Thank you, that was quick!",
    "Please do not merge {about} on Friday evening.",
    "Support has a customer who waits for {about}; ping me when it is out.",
    "I changed the description, the acceptance criteria were out of date.",
    "Fine with me. {agent} decides.",
    "Screenshot is in the description now.",
    "Let us keep {about} simple, we can always add to it.",
    "Good write-up. I would have missed the second case.",
];

/// Why a message could not be delivered, outside the incident.
pub(super) const ERRORS: [&str; 7] = [
    "gateway closed the connection (code 1006)",
    "gateway timeout after 30s (attempt {k})",
    "unknown session agent:{agent}:main",
    "message of {n}12 bytes exceeds the limit of 65536",
    "pairing required: device {n} is not approved",
    "rate limited by the model provider, retry in {k}0 s",
    "session agent:{agent}:main is busy compacting",
];

/// Why an agent's character file was rewritten.
pub(super) const SOUL: [&str; 5] = [
    "Reason: keep amounts in minor units, never in floats.",
    "Reason: ask before touching shared infrastructure.",
    "Reason: shorter comments, one finding each.",
    "Reason: link the pull request in every hand-over.",
    "Reason: prefer deleting code to adding flags.",
];
