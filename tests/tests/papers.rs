//! PDFs that somebody hands in may be anything. Whatever they are, the process that counts their pages ends alone, in
//! bounded time and memory, and the next one is counted as if nothing had been.

use std::io::Write as _;

use dengji::document::{Leaves, Renderer};
use dengji_tests::renderer;

/// A PDF of these objects, numbered from 1; the first is the catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut text = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", text.len());
        text.extend(format!("{} 0 obj\n", at + 1).bytes());
        text.extend(object);
        text.extend(b"\nendobj\n");
    }
    let place = text.len();
    let size = objects.len() + 1;
    text.extend(
        format!(
            "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n"
        )
        .bytes(),
    );
    text
}

fn words(objects: &[&str]) -> Vec<u8> {
    pdf(&objects
        .iter()
        .map(|object| object.as_bytes().to_vec())
        .collect::<Vec<_>>())
}

const CATALOG: &str = "<< /Type /Catalog /Pages 2 0 R >>";
const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>";

fn sound() -> Vec<u8> {
    words(&[CATALOG, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>", PAGE, PAGE])
}

/// A stream of nothing, which is small and unpacks to so many bytes.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    packed.start_file("x", options).unwrap();
    for _ in 0..bytes >> 20 {
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap().into_inner();
    // The deflated bytes stand behind the file's header; zlib puts two bytes before them.
    let name = usize::from(u16::from_le_bytes([packed[26], packed[27]]));
    let extra = usize::from(u16::from_le_bytes([packed[28], packed[29]]));
    let end = packed.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
    [&b"\x78\x9c"[..], &packed[30 + name + extra..end]].concat()
}

/// Everything after it is counted as ever.
async fn is_well(renderer: &Renderer) {
    assert_eq!(renderer.leaves(&sound()).await, Ok(Leaves::Pages(2)));
}

#[tokio::test]
async fn pages_are_counted() {
    let renderer = renderer().await;
    is_well(&renderer).await;
    let without_table = String::from_utf8(sound()).unwrap();
    let (objects, _) = without_table.split_once("xref").unwrap();
    let locked = "<< /Filter /Standard /V 1 /R 2 /O (0123456789012345678901234567890) /U (01234567890123456789012345678901) /P -4 >>";
    let mut encrypted = words(&[CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, locked]);
    let text = String::from_utf8(encrypted).unwrap();
    encrypted = text
        .replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>]")
        .into_bytes();
    for (content, expected) in [
        (encrypted, Leaves::Locked),
        (b"%PDF-1.7\n%%EOF".to_vec(), Leaves::Broken),
        (b"".to_vec(), Leaves::Broken),
        (objects.as_bytes()[..100].to_vec(), Leaves::Broken),
        (
            words(&[CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>"]),
            Leaves::Broken,
        ),
        (words(&["<< /Type /Catalog >>"]), Leaves::Broken),
    ] {
        let told = renderer.leaves(&content).await;
        assert_eq!(told, Ok(expected), "{}", String::from_utf8_lossy(&content));
    }
}

#[tokio::test]
async fn nothing_that_is_handed_in_harms_more_than_itself() {
    let renderer = renderer().await;
    let own_child = words(&[CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]);
    // Each node has the next one twice: two to the sixtieth pages.
    let mut doubling = vec![CATALOG.to_owned()];
    doubling.extend((3..63).map(|next| format!("<< /Type /Pages /Kids [{next} 0 R {next} 0 R] /Count 2 >>")));
    doubling.push(PAGE.to_owned());
    let doubling: Vec<&str> = doubling.iter().map(String::as_str).collect();
    let deep = |open: &str| words(&[CATALOG, &format!("<< /Type /Pages /Kids {} >>", open.repeat(2_000_000))]);
    let objects = |stream: Vec<u8>| {
        let head = format!(
            "<< /Type /ObjStm /N 100 /First 800 /Filter /FlateDecode /Length {} >>\nstream\n",
            stream.len()
        );
        let stream = [head.as_bytes(), &stream, b"\nendstream"].concat();
        // What stands in the table is not found, so that everything is looked through.
        let mut content = pdf(&[CATALOG.as_bytes().to_vec(), stream]);
        let at = content.windows(9).rposition(|word| word == b"startxref").unwrap();
        content[at + 10] = b'9';
        content
    };
    for (name, content, expected) in [
        ("a tree that is its own child", own_child, Leaves::Broken),
        ("a tree that doubles", words(&doubling), Leaves::Unread),
        ("deep arrays", deep("["), Leaves::Broken),
        ("deep dictionaries", deep("<< /A "), Leaves::Broken),
        (
            "a stream of objects that unpacks to two gigabytes",
            objects(bomb(2 << 30)),
            Leaves::Unread,
        ),
    ] {
        assert_eq!(renderer.leaves(&content).await, Ok(expected), "{name}");
        is_well(&renderer).await;
    }
}

/// Sound files with bytes changed, cut out and doubled, the same ones at every run.
#[tokio::test]
async fn whatever_the_bytes_are() {
    let renderer = renderer().await;
    let sound = sound();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut counted = 0;
    for _ in 0..600 {
        let mut content = sound.clone();
        for _ in 0..=random(6) {
            let at = random(content.len());
            match random(4) {
                0 => content[at] = u8::try_from(random(256)).unwrap(),
                1 => drop(content.drain(at..(at + random(40)).min(content.len()))),
                2 => {
                    let copy = content[at..(at + random(80)).min(content.len())].to_vec();
                    content.splice(at..at, copy);
                }
                _ => content[at] = b"0123456789<>[]()/ R"[random(19)],
            }
            if content.is_empty() {
                break;
            }
        }
        match renderer.leaves(&content).await {
            Ok(Leaves::Pages(_)) => counted += 1,
            Ok(_) => {}
            Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&content)),
        }
    }
    assert!(counted > 100, "{counted} of the changed files have pages");
    is_well(&renderer).await;
}
