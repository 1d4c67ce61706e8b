//! The app for iOS and Android.

use super::{Agent, Board, ENGINEERING, Story};

pub(super) const BOARD: Board = Board {
    name: "Mobile App",
    slug: "mobile-app",
    agents: &[
        Agent { name: "Goro", identity: Some(r#"{"role": "Mobile Lead"}"#) },
        Agent { name: "Hana", identity: Some(r#"{"role": "iOS Engineer", "emoji": "🍏"}"#) },
        Agent { name: "Ivo", identity: Some(r#"{"role": "Android Engineer"}"#) },
    ],
    remarks: ENGINEERING,
    stories: STORIES,
};

const STORIES: &[Story] = &[
    Story {
        title: "Crash on launch after restoring a backup",
        about: "restored devices",
        notes: &[
            "413 reports since 5.8, every one on a restored device. The keychain item is there, its key is not.",
            "Reading it fails with -25300 and we unwrap. Treating it as signed out instead.",
            "Tested with a real backup from an iPhone 12 to a 15. Starts, asks for sign-in, keeps the drafts.",
            "Ready for 5.8.2.",
        ],
        review: "Please log it, so that we see when the reports stop.",
        answer: "Logged as a non-fatal with the status code.",
    },
    Story {
        title: "Push notifications arrive twice on Android 14",
        about: "double notifications",
        notes: &[
            "Both the foreground service and the worker show it. On 13 the second was swallowed.",
            "One place shows notifications now, keyed by the message id.",
            "Two phones in the drawer over night: 212 messages, 212 notifications.",
        ],
        review: "Does it still wake a phone in doze?",
        answer: "Yes, high-priority messages take the service's path. Checked with adb on a Pixel 8.",
    },
    Story {
        title: "Offline drafts are lost when storage is full",
        about: "offline drafts",
        notes: &[
            "Reproduced on a phone with 40 MB left: the write fails, the editor clears itself anyway.",
            "Write to a new file, sync, rename. The editor is cleared only after that.",
            "When it fails, the text stays and a banner says why. Wording agreed with Docs.",
            "Ready, with a test on a tiny file system.",
        ],
        review: "What do we do with images in the draft?",
        answer: "They are referenced, not copied, until it is sent. A missing one shows as a grey box.",
    },
    Story {
        title: "Dark mode: unreadable text in the date picker",
        about: "the date picker",
        notes: &[
            "Black on #1c1c1e. The picker is the only view that ignores our theme.",
            "Theme is applied to it, contrast 12.6:1 in both modes.",
            "Screenshots of all 14 screens in both modes are in the PR.",
        ],
        review: "The disabled days are at 2.1:1 now.",
        answer: "Raised to 4.6:1, still clearly lighter than the others.",
    },
    Story {
        title: "App size grew by 31 MB in 5.8",
        about: "the app size",
        notes: &[
            "22 MB are the new fonts, 6 MB a debug symbol file that should not be there, 3 MB code.",
            "Symbol file is out. Fonts are subset to the scripts that we support: 22 become 4 MB.",
            "5.8.2 is 2 MB larger than 5.7. CI prints the difference in every PR.",
        ],
        review: "Are the subset fonts fine with names in Vietnamese?",
        answer: "Yes: Latin Extended Additional is in. Tested with Nguyễn Thị Ánh.",
    },
    Story {
        title: "Scan QR codes from the photo library",
        about: "QR codes from photos",
        notes: &[
            "Both systems bring a detector, no library needed.",
            "iOS works with the limited picker, so we need no permission at all.",
            "Android: same with the photo picker, falls back to documents below 11.",
            "Ready: 60 sample pictures, 58 recognised; the other two are unreadable for me, too.",
        ],
        review: "Two codes in one picture?",
        answer: "They are outlined, and a tap chooses.",
    },
    Story {
        title: "Accessibility: name every icon button",
        about: "button labels",
        notes: &[
            "87 icon buttons, 34 without a label. Going screen by screen.",
            "All have one now. The lint rule is on, so that the next one cannot be forgotten.",
            "Walked through sign-up and payment with VoiceOver and TalkBack, eyes closed. Two orders of focus corrected.",
            "Ready. Labels are with the translators.",
        ],
        review: "'Button, image 14' on the profile page is still there.",
        answer: "That is the cropped avatar, it was built in code. Fixed.",
    },
    Story {
        title: "Battery drain while sharing the location",
        about: "location sharing",
        notes: &[
            "11 % an hour on an iPhone 13, of which 8 % are GPS at full accuracy, standing still.",
            "Accuracy follows the speed now; standing still it is the cell tower.",
            "2.4 % an hour on my walk, 4 % in the car. The track looks the same.",
            "Ready for a test by more people.",
        ],
        review: "Cyclists stop at lights. Does it wake up fast enough?",
        answer: "Within 6 s, and the gap is filled by interpolation.",
    },
    Story {
        title: "Migrate the local database to version 12",
        about: "the local migration",
        notes: &[
            "Three tables, one of them with up to 200,000 rows on old accounts.",
            "In steps of 5,000 rows with a progress bar after two seconds. 14 s on the slowest phone in the drawer.",
            "Killed the app at every step: it continues where it was.",
            "Ready. A failed migration keeps the old file and says so.",
        ],
        review: "How much free space does it need?",
        answer: "As much as the largest table. It is checked before it begins.",
    },
    Story {
        title: "Deep links open the browser instead of the app",
        about: "deep links",
        notes: &[
            "The association file has a wrong team id since we moved to the new account.",
            "Corrected on our side; Apple's CDN takes up to a day.",
            "All 22 link forms tested on both systems. Links with a fragment needed a fix in the router.",
        ],
        review: "Please add a check that fetches the file as Apple does.",
        answer: "Done, once an hour, from outside.",
    },
    Story {
        title: "Biometric sign-in after an app update",
        about: "biometric sign-in",
        notes: &[
            "After each update we ask for the password. Users think that they were hacked.",
            "The key was bound to the build number, for no reason that I can find. Bound to the install now.",
            "Updated from 5.6, 5.7 and 5.8: face is enough every time.",
            "Ready for review.",
        ],
        review: "Somebody had a reason. Did you look into the history?",
        answer: "A workaround for a bug of iOS 11. We start at 15.",
    },
    Story {
        title: "Show receipts in the order history",
        about: "receipts",
        notes: &[
            "The API has them since March, as PDF. Plan: preview inline, share with the system's sheet.",
            "Preview renders the first page at screen width; the whole file is loaded when somebody taps.",
            "Cached for offline reading, 50 MB at most, oldest first out.",
            "Ready, with the new empty state from design.",
        ],
        review: "Receipts of a refunded order should show both.",
        answer: "They do now, original first.",
    },
    Story {
        title: "Keyboard covers the send button on small phones",
        about: "the send button",
        notes: &[
            "iPhone SE with the emoji keyboard. 44 points are missing.",
            "The bar follows the keyboard's layout guide now, no more arithmetic.",
            "Checked with the SE, a split view and a floating keyboard on iPad.",
        ],
        review: "And with an external keyboard?",
        answer: "Then the bar sits at the bottom, as it should.",
    },
    Story {
        title: "Release 5.9 to 5 % of the users",
        about: "the rollout of 5.9",
        notes: &[
            "Both builds are in review at the stores. Release notes in nine languages are in.",
            "At 1 % since this morning: crash-free sessions 99.93 %, before 99.91 %.",
            "5 % now. One new crash, a handful of devices with a rooted system.",
            "Nothing new in the last hours. Proposing 20 % for tomorrow.",
        ],
        review: "Agreed to 20 %. Please watch sign-in errors in particular.",
        answer: "They are on the wall next to the crash rate.",
    },
];
