//! Services that the other boards build on.

use super::{Agent, Board, ENGINEERING, Story};

pub(super) const BOARD: Board = Board {
    name: "Platform",
    slug: "platform",
    agents: &[
        Agent { name: "Dara", identity: Some(r#"{"role": "Platform Lead", "communication_style": "direct"}"#) },
        Agent { name: "Emil", identity: Some(r#"{"role": "Backend Engineer", "emoji": "🛠"}"#) },
        Agent { name: "Farah", identity: Some(r#"{"emoji": "🧭"}"#) },
    ],
    remarks: ENGINEERING,
    stories: STORIES,
};

const STORIES: &[Story] = &[
    Story {
        title: "Session tokens survive a password change",
        about: "session revocation",
        notes: &[
            "Confirmed on staging: a token issued before the change is good for another 12 hours.",
            "Adding a generation number to the user; a token of an older generation is refused.",
            "The check reads the number from the cache, 0.1 ms. A change clears the entry first, then commits.",
            "Ready. Test: change the password in one browser, the other is out with its next request.",
        ],
        review: "Clearing before the commit leaves a gap in which the old value is read again.",
        answer: "Right. It is cleared after the commit now, and entries live 5 s at most.",
    },
    Story {
        title: "Search index lags behind by minutes after imports",
        about: "index lag",
        notes: &[
            "The import writes 40,000 rows in one transaction, the indexer takes them one by one.",
            "Batches of 500 bring it from 11 minutes to 50 s. The rest is the analyzer for Thai.",
            "Imports have a lane of their own now, so ordinary edits are found within 2 s even then.",
            "Lag is on the dashboard, p99 over the last day: 3.1 s.",
        ],
        review: "What if a batch has one bad document?",
        answer: "It is split until the bad one stands alone, that one goes to the dead letters, the rest is indexed.",
    },
    Story {
        title: "Rate limits per API key instead of per address",
        about: "rate limits",
        notes: &[
            "One customer behind a proxy shares the limit with 900 others. Moving to the key, falling back to the address.",
            "Token bucket in Redis, one round trip. Script tested against clock steps of an hour.",
            "Answers carry RateLimit headers as in the draft; SDKs wait for as long as they say.",
            "Ready. Shadow mode ran for a day: 14 keys would have been limited, all of them scripts gone wild.",
        ],
        review: "What happens while Redis is away?",
        answer: "We let everything through and count it. Test stops Redis in the middle of a run.",
    },
    Story {
        title: "Feature flags are evaluated twice per request",
        about: "flag evaluation",
        notes: &[
            "Profiled: 9 % of the request time, half of it for the second evaluation in the template layer.",
            "Evaluated flags now travel with the request context. Templates read, they do not ask.",
            "p50 from 41 to 37 ms on staging.",
        ],
        review: "Nice. A flag that changes during a request is consistent now, too.",
        answer: "Yes, that explains the odd half-switched page from last week.",
    },
    Story {
        title: "Background jobs vanish when a worker is killed",
        about: "job recovery",
        notes: &[
            "Reproduced with kill -9: the job stays 'running' for ever.",
            "Leases of 60 s, renewed every 20. A job without a lease goes back to the queue.",
            "Jobs that are not safe to repeat must say so; found 3 of 58, they go to a person instead.",
            "Killed workers at random for an hour: 5,204 jobs in, 5,204 done, 11 of them twice, all repeatable.",
            "Ready for review, with the list of the three.",
        ],
        review: "How do we see a job that kills its worker each time?",
        answer: "After 3 lost leases it is parked and an event is written.",
    },
    Story {
        title: "GraphQL: limit the depth of queries",
        about: "query depth",
        notes: &[
            "The deepest query of our own clients has 9 levels. Limit is 12, counted after fragments are expanded.",
            "Cost matters more than depth: lists count with their page size. Budget 10,000.",
            "Logged for three days without refusing: two external clients are above, both by a loop. Wrote to them.",
            "Enforced on staging.",
        ],
        review: "Refusals should say which field costs so much.",
        answer: "They name the three most expensive paths now.",
    },
    Story {
        title: "Delete attachments when their message is deleted",
        about: "orphaned attachments",
        notes: &[
            "1.8 million objects in the bucket, 310,000 without a message. 94 GB.",
            "Deletion is an outbox row, so that it happens even if the bucket is away for an hour.",
            "Old orphans: list first, delete after 30 days, in case somebody misses one.",
            "The job is at 100 objects a second, so as not to disturb anybody. Two nights.",
            "Finished. 94 GB less, nobody missed anything.",
        ],
        review: "What about a message that is deleted during an upload?",
        answer: "The upload's commit looks for the message again and gives up. Covered by a test.",
    },
    Story {
        title: "Audit export takes down the primary",
        about: "the audit export",
        notes: &[
            "One query, 70 minutes, a snapshot held open the whole time. No wonder.",
            "Reading from the replica in pages by (created_at, id). Memory is flat at 30 MB.",
            "Export of a year: 12 minutes, primary does not notice.",
            "Ready. An export that is broken off continues where it was.",
        ],
        review: "Pages by time alone lose rows with the same timestamp. You have the id in the key, good.",
        answer: "Yes, there is a test with 5,000 rows in one microsecond.",
    },
    Story {
        title: "E-mail addresses are compared case-sensitively",
        about: "address comparison",
        notes: &[
            "23 pairs of accounts differ only in case. Writing to the owners before anything is merged.",
            "Unique index on the lower-cased address, added without a lock.",
            "19 pairs merged by their owners, 4 never used; those are closed.",
            "Sign-in and invitations use one function now.",
        ],
        review: "Careful with the Turkish dotless i.",
        answer: "ASCII only is folded, everything else is compared as it is. Test has İ and ı.",
    },
    Story {
        title: "Webhooks: sign the payload with a timestamp",
        about: "webhook signatures",
        notes: &[
            "Header: t=<seconds>,v1=<hmac>. The receiver refuses what is older than five minutes.",
            "Both signatures are sent for 90 days, the old one is marked as deprecated.",
            "Example verifiers in five languages, each tested against the same vectors.",
            "Ready for review. The announcement is drafted.",
        ],
        review: "The Ruby example compares with ==. Please make it constant-time.",
        answer: "Fixed, and the PHP one, which had the same flaw.",
    },
    Story {
        title: "Cold start of the API takes 14 seconds",
        about: "the cold start",
        notes: &[
            "Profile: 6 s imports, 5 s template compilation, 2 s waiting for DNS.",
            "Templates are compiled in the image build. 9 s left.",
            "Two libraries were imported for a single function each. 4.5 s left.",
            "DNS search domains cost five failed lookups; names end in a dot now. 2.3 s.",
        ],
        review: "Great. Keep it from growing again, please.",
        answer: "CI fails when the import alone takes more than 2 s.",
    },
    Story {
        title: "Move avatars to the CDN",
        about: "avatars",
        notes: &[
            "8 % of all requests to the API are avatars. Each is a redirect to the bucket.",
            "Content-addressed names, cached for a year; a new picture is a new name.",
            "Hit rate after a day: 97 %. The API answers 7.6 % fewer requests.",
        ],
        review: "Are pictures of deleted users gone from the CDN, too?",
        answer: "They are purged within a minute, tested with a real account.",
    },
    Story {
        title: "Permission check for shared folders is quadratic",
        about: "folder permissions",
        notes: &[
            "A folder with 2,000 children loads each child's parents again. 4 million rows for one page.",
            "One recursive query for the whole page. 1,900 ms become 24 ms.",
            "Compared old and new for every folder on staging, 88,412 of them: no difference.",
            "Ready. The old path stays behind a flag for one release.",
        ],
        review: "Run both in production for a day and compare before you switch.",
        answer: "Did so: 1.3 million checks, two differences, both bugs of the old one.",
    },
    Story {
        title: "Upgrade to PostgreSQL 16",
        about: "the upgrade",
        notes: &[
            "Plan: logical replication to a new cluster, switch in the quiet hour, old one stays readable for a week.",
            "Two extensions lag behind; one has a new release, the other is unused and goes.",
            "Rehearsal on a copy: 41 s without writes. Sequences need a bump, that is in the script now.",
            "Rehearsed again: 23 s.",
            "Switched at 03:10. 26 s, no error outside the window. p99 is 8 % lower.",
        ],
        review: "Excellent. When can the old cluster go?",
        answer: "In a week. It is a task with a date.",
    },
];
