//! Handbook, reference and release notes.

use super::{Agent, Board, Story, WRITING};

pub(super) const BOARD: Board = Board {
    name: "Docs",
    slug: "docs",
    agents: &[
        Agent { name: "Juno", identity: Some(r#"{"role": "Docs Lead", "emoji": "📚"}"#) },
        Agent { name: "Kofi", identity: Some(r#"{"role": "Technical Writer"}"#) },
    ],
    remarks: WRITING,
    stories: STORIES,
};

const STORIES: &[Story] = &[
    Story {
        title: "Quickstart: from sign-up to the first event in five minutes",
        about: "the quickstart",
        notes: &[
            "Timed three people on the current page: 19, 24 and 31 minutes. Most of it is waiting for a key that nobody explains.",
            "New order: key first, then one command, then what you see. Everything else moves to 'Next steps'.",
            "Timed two others on the draft: 4 and 6 minutes.",
            "Ready for review. All commands run in CI against the sandbox.",
        ],
        review: "Windows users have no curl in the form that you show.",
        answer: "There is a tab for PowerShell now, tested on a clean machine.",
    },
    Story {
        title: "Document idempotency keys",
        about: "the page on idempotency keys",
        notes: &[
            "Sources: the design note of Payments and the tests. Asking Bruno about the 409.",
            "Draft: when to use one, how to make one, what happens with the same key and another body.",
            "Bruno corrected the waiting time: 5 s, not 10.",
            "Ready, with an example that can be run twice.",
        ],
        review: "Begin with what goes wrong without it. Nobody looks for 'idempotency'.",
        answer: "It begins with the customer who was charged twice now.",
    },
    Story {
        title: "Broken links in the handbook",
        about: "broken links",
        notes: &[
            "312 links checked, 41 broken, 9 of them our own.",
            "Own links corrected; 25 outside links have a new address, 7 point to the archive now.",
            "The check runs every night and opens one task with the whole list, not one for each.",
        ],
        review: "Good. Does it notice a page that exists, but lost the anchor?",
        answer: "Since today, yes. Three more found.",
    },
    Story {
        title: "Explain what an agent can see",
        about: "the visibility page",
        notes: &[
            "Support is asked this twice a week. Plan: one table, who by what, and three examples.",
            "An event belongs to its own board or else to that of its task. That sentence alone answers most questions.",
            "Dara read it and found one case missing: an event with neither is seen by no user.",
            "Ready.",
        ],
        review: "The examples are what makes it. Put them first.",
        answer: "Swapped.",
    },
    Story {
        title: "Glossary: board, group, gateway, lead",
        about: "the glossary",
        notes: &[
            "21 words that we use without ever saying what they mean. 'Session' has three meanings.",
            "One sentence each, and a link to where it is used. 'Session' is now 'agent session' or 'sign-in'.",
            "Applied to the whole handbook, 63 replacements, each looked at.",
        ],
        review: "Please keep 'gateway' to two lines, this is the third attempt.",
        answer: "Two lines. It took longer than the page.",
    },
    Story {
        title: "Release notes for 5.9",
        about: "the release notes",
        notes: &[
            "Collected 48 merged changes, 17 of them matter to a user.",
            "Sorted by what people can do now, not by component.",
            "Goro asked to name the crash after a restore, since many were hit by it. Added.",
            "Sent to the translators, nine languages, back tomorrow.",
        ],
        review: "No 'various improvements', thank you for that.",
        answer: "Never again.",
    },
    Story {
        title: "API reference is generated from two sources",
        about: "the reference",
        notes: &[
            "The old generator reads annotations, the new one the schema. They disagree in 14 places.",
            "12 times the schema is right. Two are bugs in the API, reported on Platform.",
            "Old generator is gone. One build, 40 s instead of three minutes.",
        ],
        review: "Do old deep links still work?",
        answer: "All 268 redirect, checked with last month's access log.",
    },
    Story {
        title: "Screenshots are from version 4",
        about: "screenshots",
        notes: &[
            "112 pictures, 70 out of date. Taking them by hand again is not the way.",
            "A script walks through the demo account and takes them, light and dark, in three widths.",
            "All replaced. Next time it is one command.",
            "Ready; file names stayed, so no page changes.",
        ],
        review: "Alt texts describe the old pictures in places.",
        answer: "Went through all 112 and rewrote 38.",
    },
    Story {
        title: "Write a runbook for the on-call engineer",
        about: "the runbook",
        notes: &[
            "Asked Mads and Lena what they looked for in the last three incidents. Not once was it in the wiki.",
            "One page an alarm: what it means, what to look at, what to do, when to wake somebody.",
            "Tested with Farah, who had never seen the system: found the cause in 7 minutes.",
            "Ready for review.",
        ],
        review: "Put the commands so that they can be copied whole.",
        answer: "Done, with the placeholders in capitals.",
    },
    Story {
        title: "German translation of the billing pages",
        about: "the German billing pages",
        notes: &[
            "14 pages, 6,200 words. Terms from the contract, so that 'Gutschrift' and 'Erstattung' are not mixed up.",
            "First eight pages done. Addressing people with 'Sie', as in the contract.",
            "All done; a native speaker from support read it: 11 corrections, all in.",
        ],
        review: "Date and amount formats are still English in the examples.",
        answer: "Changed: 31.03.2026 and 1.234,50 €.",
    },
    Story {
        title: "Search finds nothing for 'refund'",
        about: "the search",
        notes: &[
            "The page says 'reimbursement' throughout. So do three others.",
            "Synonyms for the 40 most frequent searches without a result. 'refund' leads.",
            "Searches without a result: from 22 % to 6 %.",
        ],
        review: "And change the word on the page, please. We say refund.",
        answer: "Changed in all four.",
    },
    Story {
        title: "Example project does not build any more",
        about: "the example project",
        notes: &[
            "Two dependencies were yanked. Nobody noticed for seven weeks.",
            "Updated, 30 lines shorter thanks to the new SDK.",
            "It is built every night from a clean checkout now.",
        ],
        review: "Approved in principle. Does the README say which version it needs?",
        answer: "It does, and the build fails with a clear message on older ones.",
    },
];
