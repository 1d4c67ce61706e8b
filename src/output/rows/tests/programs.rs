//! The formats that programs read.

use super::*;

#[test]
fn a_json_page_has_the_apis_envelope_and_a_cursor() {
    let view = chosen(Columns::comments(), &["message", "agent_id"]);
    let ending = PageInfo {
        total: Some(7),
        limit: Some(2),
        offset: 4,
        next_cursor: Some("abc".to_owned()),
        footer: vec!["unseen".to_owned()],
        next_page: Some("unseen".to_owned()),
        coverage: None,
    };
    let shown = written(Format::Json, view.clone(), piped(), &[comment("a"), comment("日")], &ending);
    let items = r#"{"items":[{"message":"a","agent_id":null},{"message":"日","agent_id":null}],"#;
    assert_eq!(shown, format!("{items}{}\n", r#""total":7,"limit":2,"offset":4,"next_cursor":"abc"}"#));
    let empty = written::<TaskComment>(Format::Json, view, piped(), &[], &PageInfo::default());
    assert_eq!(empty, "{\"items\":[],\"total\":null,\"limit\":null,\"offset\":0,\"next_cursor\":null}\n");
}

#[test]
fn boards_in_json_are_items_alone() {
    let shown = written(Format::Json, Columns::boards(), piped(), &[board("B")], &PageInfo::default());
    let item = r#"{"id":"00000000-0000-0000-0000-000000000003","name":"B","slug":"pay","last_activity_at":"2026-03-15T12:00:00","last_event_at":null,"failed_deliveries":0,"silent_agents":0}"#;
    assert_eq!(shown, format!("{{\"items\":[{item}]}}\n"));
}

#[test]
fn jsonl_is_one_object_a_line_with_the_added_field_last() {
    let mut out = Vec::new();
    let view = chosen(Columns::comments(), &["message"]).also("late_seconds");
    let mut writer = RowWriter::new(&mut out, Format::Jsonl, view, piped());
    writer.row_with(&comment("a\nb"), &[Cell::Number(12.5)]).unwrap();
    writer.row(&comment("c")).unwrap();
    writer.finish(&PageInfo::default()).unwrap();
    let expected = "{\"message\":\"a\\nb\",\"late_seconds\":12.5}\n{\"message\":\"c\",\"late_seconds\":null}\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn csv_is_rfc_4180() {
    let view = chosen(Columns::events(), &["message", "agent_name", "created_at", "action", "route_params"]);
    let rows = [event(1, "a,\"b\"\r\nc"), ActivityEvent { message: None, ..event(2, "") }];
    let shown = written(Format::Csv, view, piped(), &rows, &PageInfo::default());
    let route = "00000000-0000-0000-0000-00000000000";
    let route = format!("\"{{\"\"boardId\"\":\"\"{route}c\"\",\"\"taskId\"\":\"\"{route}b\"\"}}\"");
    let expected = format!(
        "message,agent_name,created_at,action,route_params\r\n\
         \"a,\"\"b\"\"\r\nc\",Scout,2026-03-15T12:34:56,,{route}\r\n\
         ,Scout,2026-03-15T12:34:56,,{route}\r\n"
    );
    assert_eq!(shown, expected);
}

#[test]
fn csv_reads_back_as_it_was_stored() {
    let messages = ["", " ", "\"", "a\nb", "日本", "- item", "@x", "+1", "\t", "1=1", "\u{1b}[2J"];
    let rows: Vec<_> = messages.iter().map(|message| event(1, message)).collect();
    let shown = written(Format::Csv, chosen(Columns::events(), &["message"]), piped(), &rows, &PageInfo::default());
    let mut reader = ::csv::Reader::from_reader(shown.as_bytes());
    let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(read, messages);
}

#[test]
fn a_formula_is_text_to_a_spreadsheet() {
    let messages = ["=1+1", "+1", "-1", "@x", "\t=", "\r=", "x=1", "=\"a\",b"];
    let rows: Vec<_> = messages.iter().map(|message| event(1, message)).collect();
    let shown = |format, csv| {
        let style = Style { csv, ..piped() };
        written(format, chosen(Columns::events(), &["message"]), style, &rows, &PageInfo::default())
    };
    let plain = CsvOptions { header: false, ..CsvOptions::default() };
    let excel = CsvOptions { header: true, excel: true };
    assert_eq!(shown(Format::Csv, plain), "'=1+1\r\n+1\r\n-1\r\n@x\r\n\t=\r\n\"\r=\"\r\nx=1\r\n\"'=\"\"a\"\",b\"\r\n");
    assert_eq!(
        shown(Format::Csv, excel),
        "\u{feff}message\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\t=\r\n\"'\r=\"\r\nx=1\r\n\"'=\"\"a\"\",b\"\r\n"
    );
    assert_eq!(shown(Format::Tsv, plain), "=1+1\n+1\n-1\n@x\n\\t=\n\\r=\nx=1\n=\"a\",b\n");
    assert!(shown(Format::Tsv, excel).starts_with("\u{feff}message\n'=1+1\n'+1\n"));
}

#[test]
fn tsv_has_no_quotes_and_no_stray_line_ends() {
    let view = chosen(Columns::events(), &["message", "action", "agent_name"]);
    let shown = written(Format::Tsv, view, piped(), &[event(1, "a\tb\nc\rd\\n\"")], &PageInfo::default());
    assert_eq!(shown, "message\taction\tagent_name\na\\tb\\nc\\rd\\\\n\"\t\tScout\n");
}

#[test]
fn csv_and_tsv_have_a_header_without_rows_and_jsonl_is_empty() {
    let empty = |format| written::<Board>(format, Columns::boards(), piped(), &[], &PageInfo::default());
    assert_eq!(empty(Format::Csv), "id,name,slug,last_activity_at,last_event_at,failed_deliveries,silent_agents\r\n");
    assert_eq!(
        empty(Format::Tsv),
        "id\tname\tslug\tlast_activity_at\tlast_event_at\tfailed_deliveries\tsilent_agents\n"
    );
    assert_eq!(empty(Format::Jsonl), "");
    assert_eq!(empty(Format::Text), "");
    assert_eq!(empty(Format::Sse), "");
    assert_eq!(empty(Format::Table), "NAME  SLUG  ID  LAST ACTIVITY (UTC)  AGE  FAILED DELIVERIES  SILENT AGENTS\n");
}

#[test]
fn prometheus_refuses_rows() {
    let writer = RowWriter::new(Vec::new(), Format::Prometheus, Columns::boards(), piped());
    assert_eq!(writer.finish(&PageInfo::default()).unwrap_err().kind(), io::ErrorKind::Unsupported);
}
