//! The board on which the incident happens.

use super::{Agent, Board, ENGINEERING, Story};

pub(super) const BOARD: Board = Board {
    name: "Payments",
    slug: "payments",
    agents: &[
        Agent { name: "Ada", identity: Some(r#"{"role": "Payments Lead", "emoji": "💳"}"#) },
        Agent { name: "Bruno", identity: Some(r#"{"role": "Backend Engineer"}"#) },
        Agent { name: "Chidi", identity: Some(r#"{"role": "Reconciliation Analyst"}"#) },
    ],
    remarks: ENGINEERING,
    stories: STORIES,
};

const STORIES: &[Story] = &[
    Story {
        title: "Refunds over 10,000 need a second approval",
        about: "the second approval",
        notes: &[
            "Plan: the limit goes into the policy table, not into the code, so that finance can change it without a release.",
            "The policy row is read once per request now. A refund of 10,000.00 exactly still passes with one approval, as agreed.",
            "Found three callers that skip the refund service and write to the ledger directly. Routing them through it first.",
            "Ready for review: limit, audit entry and the rejection text. PR #1184.",
        ],
        review: "The audit entry names the approver, but not who asked. Auditors will want both.",
        answer: "Both are in the entry now, and the test checks that they differ.",
    },
    Story {
        title: "Duplicate webhooks book a charge twice",
        about: "webhook deduplication",
        notes: &[
            "Reproduced: the provider sends the same event id again when we take longer than 10 s to answer.",
            "A unique index on (provider, event_id) is the fix; the handler must treat the conflict as success.",
            "Backfilled 214,602 event ids on staging in 48 s. No duplicate charge among them younger than May.",
            "Done: the second delivery answers 200 and books nothing. The replay test sends every fixture twice.",
        ],
        review: "What happens when the first delivery crashes after the insert and before the booking?",
        answer: "Insert and booking share one transaction, so the second delivery books it. Added that case as a test.",
    },
    Story {
        title: "Settlement report is off by one cent for JPY",
        about: "zero-decimal currencies",
        notes: &[
            "JPY has no minor unit, we still divide by 100 and round. Same for KRW and CLP.",
            "Moving the exponent into the currency table. ISO 4217 lists 16 currencies with zero decimals.",
            "The report of last month now matches the provider's to the yen: ¥48,210,337.",
            "Handing over: conversion in one place, property test over all currencies and exponents.",
        ],
        review: "Please also check the CSV export, it formats on its own.",
        answer: "It did, with two decimals for everything. Now it uses the same table.",
    },
    Story {
        title: "Retry failed payouts with backoff",
        about: "payout retries",
        notes: &[
            "Plan: 5 attempts, from 1 minute doubling to 16, only for errors that the bank marks as temporary.",
            "The bank answers AC04 (closed account) as temporary. It is not; added an override list.",
            "Queue survives a restart now: the next attempt's time is a column, not a timer.",
            "Soak test over night: 1,200 payouts, 37 retried, none paid twice.",
            "Ready. The runbook says how to stop the queue and how to see what is in it.",
        ],
        review: "Add jitter, otherwise the whole batch comes back in the same second.",
        answer: "Added ±20 %. The load on the bank's sandbox is flat now.",
    },
    Story {
        title: "Show the mandate reference on SEPA invoices",
        about: "the mandate reference",
        notes: &[
            "The reference is in the mandate, the invoice only has the mandate's id. One join, no schema change.",
            "References can hold up to 35 characters; the template cuts at 20. Widened the column in the PDF.",
            "Checked the PDF of all four languages, the German one needed a smaller label.",
        ],
        review: "Looks right. What do invoices without a mandate show?",
        answer: "Nothing, the line is left out. Test added for card payments.",
    },
    Story {
        title: "Chargeback deadline reminders come a day late",
        about: "chargeback deadlines",
        notes: &[
            "The deadline is stored in the card scheme's zone and compared in ours. West of UTC that costs a day.",
            "Deadlines are instants now, converted at the edge. 61 open cases moved, 4 of them to today!",
            "Told finance about those four, all were answered in time.",
            "Ready for review, with a test around the change to summer time.",
        ],
        review: "Can the reminder say how many hours are left, rather than the date?",
        answer: "It says both now: 'in 31 hours (Thursday 17:00 UTC)'.",
    },
    Story {
        title: "Remove card numbers from the debug log",
        about: "card numbers in logs",
        notes: &[
            "Searched 30 days of logs: 12 lines with a full number, all from the sandbox, all test cards. Still too many.",
            "The serializer masks now by type, not by field name, so a renamed field stays masked.",
            "Added a check to CI that greps the logs of the test run for anything that passes the Luhn test.",
            "Done. Old log segments are deleted, the ticket for the auditors has the list.",
        ],
        review: "Luhn finds order numbers, too. How many false alarms?",
        answer: "One in ten, so the check also wants a known prefix. None since.",
    },
    Story {
        title: "Ledger: forbid negative balances for escrow accounts",
        about: "the escrow constraint",
        notes: &[
            "A check constraint is not enough, the balance is a sum. Trying a deferred trigger against a running total.",
            "The running total costs 0.4 ms a booking at our load. Acceptable.",
            "Two escrow accounts are negative today, by 0.03 and 1.12. Asking finance what to do before the constraint goes in.",
            "Finance corrected both. Constraint is in, validated without a long lock.",
        ],
        review: "Please write down why it is a trigger. Somebody will want to 'simplify' it.",
        answer: "Wrote the reason next to it, with the two accounts as an example.",
    },
    Story {
        title: "Fee calculation for split payments",
        about: "split fees",
        notes: &[
            "Today the platform's fee is taken from the first recipient. It should be shared in proportion.",
            "Shares rarely divide evenly. Largest remainder keeps the sum exact; ties go to the larger amount.",
            "Compared with March by hand: 9,311 payments, the sums agree to the cent.",
            "Ready. Property test: shares are never negative and always add up.",
        ],
        review: "Who pays when the fee is larger than the amount?",
        answer: "It is capped at the amount, as in the terms (§ 7.2). Test added.",
    },
    Story {
        title: "Reconcile the March statement of the Zürich account",
        about: "the Zürich statement",
        notes: &[
            "1,908 lines, 1,861 match by reference. Going through the other 47.",
            "31 are card fees booked as one lump, 12 have a typo in the reference, 4 are really unknown.",
            "Three of the four belong to an invoice of 2024. The last, CHF 86.40, is still open.",
            "Found it: a refund sent twice by hand in 2024. Statement closes at zero.",
        ],
        review: "Well found. Can the matching learn the typo cases?",
        answer: "It allows one swapped digit now when amount and day agree. Eleven of the twelve would match.",
    },
    Story {
        title: "Move the payment provider's keys to the vault",
        about: "the key rotation",
        notes: &[
            "Six keys, two of them without an owner. Asking around before touching anything.",
            "Both are from the old sandbox and unused since last summer; revoked them.",
            "Services read the keys at start and on SIGHUP. Rotation takes 20 s without a restart.",
            "Rotated all four live keys this morning, no failed request.",
        ],
        review: "Is there an alarm when a key is older than 90 days?",
        answer: "There is now, at 80, so that there is time to react.",
    },
    Story {
        title: "Dunning mails go to people who have paid",
        about: "the dunning run",
        notes: &[
            "The run takes its list at 02:00 and sends until 06:00. Whoever pays in between is reminded all the same.",
            "Checking the balance right before sending costs one query a mail. Doing that.",
            "Dry run for tonight: 412 mails instead of 431. The 19 had paid after 02:00.",
            "Live since yesterday, no complaint so far.",
        ],
        review: "Please count how many are skipped, so that we notice when the check breaks.",
        answer: "It is a metric now, with an alarm when it is zero for three nights.",
    },
    Story {
        title: "Idempotency keys for POST /charges",
        about: "idempotency keys",
        notes: &[
            "Plan: key, hash of the body, answer; kept for 24 hours. Same key with another body is a 422.",
            "Two requests at once with one key: the second waits for the first, 5 s at most, then 409.",
            "The SDKs send a key by themselves from version 4.2 on; older ones are untouched.",
            "Ready for review. Documentation is on the Docs board.",
        ],
        review: "Where are the answers stored? They hold personal data.",
        answer: "Encrypted, and deleted after 24 hours by a job that reports what it deleted.",
    },
    Story {
        title: "Checkout shows the wrong bank holidays for Epiphany",
        about: "bank holidays",
        notes: &[
            "We use the German calendar for all of the euro zone. TARGET2 has six holidays and Epiphany is none of them.",
            "Switched to the TARGET2 calendar; the estimated arrival changes for 3 % of the transfers, always to sooner.",
            "Calendar is data with a year of reserve, and a test that fails in December when the next one is missing.",
        ],
        review: "Good. Do we tell the customers whose date changed?",
        answer: "The tracking page does by itself; support has a text if someone asks.",
    },
];
