//! What sends a file in chunks, as the page's script does, and the files that are sent.

use axum::body::Body;
use axum::http::Request;
use dengji_tests::{Answer, Client, upload_metadata};
use sha2::{Digest, Sha256};

/// Bytes of a chunk at most.
pub(crate) const CHUNK: usize = 1 << 20;

/// The digest that proves a file.
pub(crate) fn digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A PDF of so many empty pages and so many bytes.
pub(crate) fn pdf(pages: usize, bytes: usize) -> Vec<u8> {
    let mut text = b"%PDF-1.4\n".to_vec();
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
    ];
    objects.extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>".to_owned()));
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", text.len()));
        text.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let trailer = |place: usize| {
        format!(
            "xref\n0 {}\n0000000000 65535 f \n{}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{place:010}\n%%EOF\n",
            objects.len() + 1,
            places.concat(),
            objects.len() + 1
        )
    };
    let filling = bytes.saturating_sub(text.len() + trailer(0).len() + 2);
    text.push(b'%');
    text.extend(vec![b'.'; filling]);
    text.push(b'\n');
    let place = text.len();
    text.extend(trailer(place).bytes());
    text
}

/// Somebody who sends a file to a page.
pub(crate) struct Sender<'c> {
    client: &'c mut Client,
    page: String,
    /// The address of what was begun.
    pub(crate) address: String,
    /// The version of the protocol that it speaks.
    pub(crate) version: &'static str,
}

impl<'c> Sender<'c> {
    pub(crate) fn new(client: &'c mut Client, page: &str) -> Self {
        Self {
            client,
            page: page.to_owned(),
            address: String::new(),
            version: "1.0.0",
        }
    }

    async fn ask(&mut self, method: &str, address: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header("sec-fetch-site", "same-origin")
            .header("tus-resumable", self.version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.client.send(request.body(Body::from(body.to_vec())).unwrap()).await
    }

    pub(crate) async fn ask_to_begin(&mut self, field: &str, name: &str, size: usize) -> Answer {
        let address = format!("{}/uploads", self.page);
        let (size, metadata) = (size.to_string(), upload_metadata(field, name));
        let headers = [("upload-length", &*size), ("upload-metadata", &metadata)];
        self.ask("POST", &address, &headers, b"").await
    }

    pub(crate) async fn begin(&mut self, field: &str, name: &str, size: usize) {
        let begun = self.ask_to_begin(field, name, size).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        assert_eq!(begun.header("tus-resumable"), "1.0.0");
        assert!(begun.header("upload-expires").ends_with("GMT"));
        begun.location().clone_into(&mut self.address);
    }

    /// Begins and sends everything.
    pub(crate) async fn whole(&mut self, field: &str, name: &str, file: &[u8]) {
        self.begin(field, name, file.len()).await;
        for (at, chunk) in file.chunks(CHUNK).enumerate() {
            assert_eq!(self.send(at * CHUNK, chunk).await.0, 204);
        }
    }

    /// How far it stands; none where there is no such thing.
    pub(crate) async fn stands(&mut self) -> Option<usize> {
        let answer = self.ask("HEAD", &self.address.clone(), &[], b"").await;
        (answer.status == 200).then(|| {
            assert_eq!(answer.header("cache-control"), "no-store");
            answer.header("upload-offset").parse().unwrap()
        })
    }

    /// Sends a chunk; gives the status and where the file stands then.
    pub(crate) async fn send(&mut self, offset: usize, chunk: &[u8]) -> (u16, Option<usize>) {
        let offset = offset.to_string();
        let headers = [
            ("upload-offset", &*offset),
            ("content-type", "application/offset+octet-stream"),
        ];
        let answer = self.ask("PATCH", &self.address.clone(), &headers, chunk).await;
        (answer.status, answer.header("upload-offset").parse().ok())
    }

    pub(crate) async fn give_up(&mut self) -> u16 {
        self.ask("DELETE", &self.address.clone(), &[], b"").await.status
    }

    /// Lets the file be taken into the page with these inputs.
    pub(crate) async fn finish(&mut self, file: &[u8], pairs: &[(&str, &str)]) -> Answer {
        self.finish_as(&digest(file), pairs).await
    }

    pub(crate) async fn finish_as(&mut self, digest: &str, pairs: &[(&str, &str)]) -> Answer {
        let mut all = pairs.to_vec();
        all.push(("~digest", digest));
        self.client.post(&self.address, &all).await
    }
}
