//! Where a request comes from.
//!
//! The connection says it, and it is believed; behind a proxy that the operator names, the last address
//! that the proxy has added to `X-Forwarded-For` is. What a client writes there itself counts nothing.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The other end of the connection, put into each request by the server.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Put into each request where the operator has said that a proxy stands before the server
/// ([`super::Settings::behind_proxy`]).
#[derive(Debug, Clone, Copy)]
pub struct BehindProxy;

/// The client's address; none where the request came without a connection.
pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    match parts.extensions.get::<BehindProxy>() {
        Some(_) => forwarded(&parts.headers).or(peer),
        None => peer,
    }
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_proxy_itself_added_is_believed() {
        let request = |proxy: bool| {
            let mut request = axum::http::Request::new(());
            let header = "198.51.100.1, 203.0.113.7".parse().expect("a header");
            request.headers_mut().insert("x-forwarded-for", header);
            let peer = SocketAddr::from(([127, 0, 0, 1], 9));
            request.extensions_mut().insert(Peer(peer));
            if proxy {
                request.extensions_mut().insert(BehindProxy);
            }
            address(&request.into_parts().0).map(|address| address.to_string())
        };
        assert_eq!(request(false).as_deref(), Some("127.0.0.1"));
        assert_eq!(request(true).as_deref(), Some("203.0.113.7"));
    }
}
