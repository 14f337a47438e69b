//! What somebody sends who means harm or whose program has gone wrong: too large, of the wrong kind, forged, or
//! written to be taken for markup. Each is refused or made harmless with a text that helps, in bounded memory, and
//! nothing is written in part.

#[path = "hostile/corpus.rs"]
mod corpus;
#[path = "hostile/forged.rs"]
mod forged;
#[path = "hostile/large.rs"]
mod large;
#[path = "hostile/markup.rs"]
mod markup;
#[path = "hostile/socket.rs"]
mod socket;
#[path = "hostile/whole.rs"]
mod whole;
#[path = "hostile/words.rs"]
mod words;
