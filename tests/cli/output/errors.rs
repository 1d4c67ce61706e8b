//! Errors as JSON.

use crate::harness::with_demo;
use serde_json::Value;

#[test]
fn errors_are_json_wherever_the_output_flag_is() {
    let place = with_demo();
    for line in ["list -qo json", "list -qojson", "list -q -io=jsonl -g x", "list -q --output=json", "list -q -o json"]
    {
        let told = place.mc(line.split(' ')).args(["--board", "no such board"]).fails(4);
        assert_eq!(told.stdout, "");
        let failure: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
        assert_eq!(failure["error"]["code"], "denied", "{line}");
    }
}
