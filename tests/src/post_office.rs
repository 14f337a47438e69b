//! A mail server for tests, on this machine: it takes letters, and fails as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use dengji::registry::email::Email;
use dengji::registry::outbox::{Mailer, Security, Smtp, SmtpSettings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};

/// What happens to the next letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is taken.
    Take,
    /// The reader's mailbox is busy.
    Busy,
    /// There is no such mailbox.
    Unknown,
    /// The text is refused for ever.
    Spam,
    /// The server says that it is going down.
    Closing,
    /// The connection ends before the text is given.
    HangUpBefore,
    /// The text was given, and the connection ends without an answer; the letter was not taken.
    HangUpAfter,
    /// The text was given and taken, and the connection ends without an answer.
    TakeAndHangUp,
    /// The text was given; the answer waits until [`PostOffice::answer`]. Then it is taken.
    Hold,
}

/// A letter that the server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The envelope's reader.
    pub to: String,
    /// Headers and text, as they came.
    pub mail: String,
}

impl Taken {
    /// A header's value, unfolded and not decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self
            .mail
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .replace("\r\n ", " ");
        let found = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.unwrap_or_default().to_owned()
    }
}

/// A mail server.
pub struct PostOffice {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    held: mpsc::UnboundedReceiver<()>,
}

struct Inner {
    next: Mutex<VecDeque<Then>>,
    taken: Mutex<Vec<Taken>>,
    connections: Mutex<usize>,
    answers: Semaphore,
    holding: mpsc::UnboundedSender<()>,
}

impl PostOffice {
    /// Opens it; it takes every letter until it is told otherwise.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (holding, held) = mpsc::unbounded_channel();
        let inner = Arc::new(Inner {
            next: Mutex::default(),
            taken: Mutex::default(),
            connections: Mutex::default(),
            answers: Semaphore::new(0),
            holding,
        });
        let serving = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *serving.connections.lock().unwrap() += 1;
                let inner = Arc::clone(&serving);
                tokio::spawn(async move { Connection::of(stream, inner).run().await });
            }
        });
        Self { address, inner, held }
    }

    /// What happens to the next letters, in this order.
    pub fn then(&self, next: impl IntoIterator<Item = Then>) {
        self.inner.next.lock().unwrap().extend(next);
    }

    /// Every letter taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.inner.taken.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        *self.inner.connections.lock().unwrap()
    }

    /// Waits until a letter is held.
    pub async fn held(&mut self) {
        self.held.recv().await.unwrap();
    }

    /// Takes the letter that is held, and answers.
    pub fn answer(&self) {
        self.inner.answers.add_permits(1);
    }

    /// A mailer that brings letters here.
    pub fn mailer(&self) -> Mailer {
        let settings = SmtpSettings {
            host: self.address.ip().to_string(),
            port: self.address.port(),
            security: Security::None,
            user: None,
            from: Email::parse("office@north.example").unwrap(),
            from_name: None,
            reply_to: None,
            authority: None,
        };
        Mailer::Smtp(Box::new(Smtp::new(settings).unwrap()))
    }
}

struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    inner: Arc<Inner>,
    to: String,
    now: Then,
}

impl Connection {
    fn of(stream: TcpStream, inner: Arc<Inner>) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader: BufReader::new(reader),
            writer,
            inner,
            to: String::new(),
            now: Then::Take,
        }
    }

    async fn run(mut self) {
        self.say("220 north.example").await;
        while let Some(line) = self.line().await {
            if !self.obey(&line).await {
                return;
            }
        }
    }

    async fn obey(&mut self, line: &str) -> bool {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match &*verb {
            "EHLO" => self.say("250-north.example\r\n250 8BITMIME").await,
            "MAIL" => {
                self.now = self.inner.next.lock().unwrap().pop_front().unwrap_or(Then::Take);
                match self.now {
                    Then::Closing => {
                        self.say("421 going down").await;
                        return false;
                    }
                    _ => self.say("250 ok").await,
                }
            }
            "RCPT" => {
                self.to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                match self.now {
                    Then::Busy => self.say("450 busy").await,
                    Then::Unknown => self.say("550 no such mailbox").await,
                    _ => self.say("250 ok").await,
                }
            }
            "DATA" if self.now == Then::HangUpBefore => return false,
            "DATA" => return self.take().await,
            "QUIT" => {
                self.say("221 bye").await;
                return false;
            }
            _ => self.say("250 ok").await,
        }
        true
    }

    async fn take(&mut self) -> bool {
        self.say("354 go on").await;
        let mut mail = String::new();
        loop {
            match self.line().await.as_deref() {
                Some(".") => break,
                Some(line) => {
                    mail.push_str(line.strip_prefix('.').unwrap_or(line));
                    mail.push_str("\r\n");
                }
                None => return false,
            }
        }
        let taken = Taken {
            to: self.to.clone(),
            mail,
        };
        match self.now {
            Then::HangUpAfter => return false,
            Then::Spam => {
                self.say("554 no").await;
                return true;
            }
            Then::Hold => {
                self.inner.holding.send(()).unwrap();
                self.inner.answers.acquire().await.unwrap().forget();
            }
            _ => {}
        }
        self.inner.taken.lock().unwrap().push(taken);
        if self.now == Then::TakeAndHangUp {
            return false;
        }
        self.say("250 taken").await;
        true
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line).await {
            Ok(read) if read > 0 => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            _ => None,
        }
    }

    async fn say(&mut self, line: &str) {
        let _ = self.writer.write_all(format!("{line}\r\n").as_bytes()).await;
    }
}
