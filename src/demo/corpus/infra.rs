//! What everything runs on; the incident is explained on this board.

use super::{Agent, Board, OPERATIONS, Story};

pub(super) const BOARD: Board = Board {
    name: "Infra",
    slug: "infra",
    agents: &[
        Agent { name: "Lena", identity: Some(r#"{"role": "Infrastructure Lead"}"#) },
        Agent { name: "Mads", identity: Some(r#"{"role": "Site Reliability Engineer", "emoji": "📟"}"#) },
        Agent { name: "Odile", identity: None },
    ],
    remarks: OPERATIONS,
    stories: STORIES,
};

const STORIES: &[Story] = &[
    Story {
        title: "Certificates of the internal services expire in June",
        about: "the internal certificates",
        notes: &[
            "63 certificates, 9 of them renewed by hand. Those are the ones that worry me.",
            "All 9 are with the issuer now, renewal at two thirds of their life.",
            "Forced a renewal of each in staging, no connection lost.",
            "Done. The alarm at 14 days stays, and should never fire.",
        ],
        review: "Who is told when the issuer itself fails?",
        answer: "On-call, after two failed attempts. Tested by taking its token away.",
    },
    Story {
        title: "Backups: restore one every week, for real",
        about: "the restore test",
        notes: &[
            "Last full restore was in November, by hand, 5 hours.",
            "A job restores last night's dump to a scratch host each Sunday and counts rows in 20 tables.",
            "First run: 71 minutes, all counts agree. One index was missing in the dump script.",
            "Second run without a remark. The result is posted here.",
        ],
        review: "Counts can agree and data be wrong. Compare checksums of a few tables.",
        answer: "Six tables are compared by checksum now, the rest by count.",
    },
    Story {
        title: "Disk of build-03 fills up every Thursday",
        about: "the disk of build-03",
        notes: &[
            "It is the nightly image of Wednesday: 18 GB of layers that nobody prunes.",
            "Pruning by age and not by tag. 210 GB free now.",
            "Watched two Thursdays: 62 % at most.",
        ],
        review: "Do the other builders have the same script?",
        answer: "They do since today; build-01 was at 88 %.",
    },
    Story {
        title: "Move logs to cheaper storage after 14 days",
        about: "log storage",
        notes: &[
            "2.1 TB, of which 1.9 are older than 14 days and were read eleven times last quarter.",
            "Policy: 14 days hot, a year cold, then gone. Legal is fine with it.",
            "Moved the first month; a query over it takes 40 s instead of 2. Acceptable.",
            "All moved. The bill says 61 % less.",
        ],
        review: "On-call must know about the 40 s. Is it in the runbook?",
        answer: "It is, with the query that says how much is left.",
    },
    Story {
        title: "Alert fatigue: 140 pages last month",
        about: "the alarms",
        notes: &[
            "Sorted all 140: 22 were real, 61 healed themselves within a minute, 57 were about staging.",
            "Staging does not page any more. Everything else must last three minutes.",
            "Replayed last month through the new rules: 26 pages, all of the 22 real ones among them.",
            "Live for a week: 5 pages, 5 real.",
        ],
        review: "Three minutes is long for the checkout.",
        answer: "Checkout pages after one.",
    },
    Story {
        title: "Kernel update on the database hosts",
        about: "the kernel update",
        notes: &[
            "Order: replicas first, one a night; then switch over, then the old primary.",
            "Replica 2 done, back in sync after 4 minutes.",
            "Replica 1 done. Switch-over rehearsed on staging: 9 s.",
            "All three hosts are on the new kernel. Switch-over took 11 s.",
        ],
        review: "Clean. Please note the 11 s in the runbook.",
        answer: "Noted, together with what the clients saw.",
    },
    Story {
        title: "Terraform plan is never empty",
        about: "the plan's noise",
        notes: &[
            "17 differences at each run, all of them order or defaults. People do not read it any more.",
            "Sorted lists and spelled-out defaults: 3 left.",
            "The last three are a bug of the provider, fixed in its next release. Pinned and ignored with a date.",
            "Plan is empty. CI fails when it is not after a merge.",
        ],
        review: "Ignored with a date is the right thing.",
        answer: "The date is a test, it will remind us.",
    },
    Story {
        title: "Spot instances for the test runners",
        about: "spot runners",
        notes: &[
            "Runners stand idle 70 % of the time. Spot with a floor of two.",
            "A job that loses its machine is started again by itself, once.",
            "A week: 1,940 jobs, 23 interrupted, all went through the second time. 58 % cheaper.",
        ],
        review: "Do long jobs suffer?",
        answer: "Those over 30 minutes run on demand, there are four of them.",
    },
    Story {
        title: "Time drift on the edge nodes",
        about: "time drift",
        notes: &[
            "Two nodes are 1.4 s ahead. Their NTP is blocked by the new firewall rule.",
            "Rule corrected, both slewed back within the hour, no jump.",
            "Drift over 100 ms is an alarm now.",
        ],
        review: "Did anything depend on the wrong time?",
        answer: "412 events carry a time up to 1.4 s in the future. Harmless, noted in the post-mortem.",
    },
    Story {
        title: "Separate the staging and production networks",
        about: "the network split",
        notes: &[
            "Flow logs of two weeks: 31 connections across, 28 of them by mistake.",
            "The three real ones go through the proxy and are named there.",
            "Dry run of the rules for three days, nothing unexpected dropped.",
            "Enforced. Staging cannot reach production any more; tried hard.",
        ],
        review: "Who can change the rule, and who sees that it was changed?",
        answer: "Two people, by review; every change writes an event on this board.",
    },
    Story {
        title: "Container images run as root",
        about: "the image users",
        notes: &[
            "26 images, 19 as root. Most of them out of habit.",
            "17 changed, no trouble. Two need a low port; they have the capability instead.",
            "Admission policy warns for a week, then refuses.",
            "Refusing since this morning.",
        ],
        review: "Is there an exception for an emergency?",
        answer: "A label, valid for a day, which pages me.",
    },
    Story {
        title: "Load test for the spring sale",
        about: "the load test",
        notes: &[
            "Target is three times last year's peak: 1,900 requests a second.",
            "At 1,400 the connection pool is the limit, not the CPU. Doubling it.",
            "1,900 for an hour, p99 310 ms, no error. At 2,600 the queue begins to grow.",
            "Report is in the board memory, with the graph.",
        ],
        review: "What breaks first above 2,600?",
        answer: "Search, and the rest stays up. That is as it should be.",
    },
    Story {
        title: "Gateway: limit and watch open file descriptors",
        about: "the descriptor limit",
        notes: &[
            "Follow-up to yesterday's outage. Limit is 1024 on three of four gateways, 65536 on the fourth. Nobody knows why.",
            "65536 on all, from the unit file, and open descriptors are on the dashboard.",
            "The leak itself: a session that is refused keeps its socket. Patch is with the gateway's maintainers.",
        ],
        review: "Alarm at which level?",
        answer: "At half of the limit, and when it grows for six hours without a break.",
    },
];
