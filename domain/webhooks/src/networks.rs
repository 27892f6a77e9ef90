//! `Networks`: where messages may go. Whoever enters an address must not make this program knock at doors inside the city.
//!
//! What counts is the address that is connected to, asked for at that moment: a host that names a good address today and a
//! bad one tomorrow is refused tomorrow.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The longest address of a receiver.
const URL_MAX: usize = 500;

/// A network of addresses, such as `10.20.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// At most as long as the address.
    bits: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || "a network such as 10.20.0.0/16 or fd12:3456::/32".to_owned();
        let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits: u32 = bits.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        if most < bits { Err(wrong()) } else { Ok(Network { address, bits }) }
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Networks of the city that messages may go to besides the public internet; none unless whoever runs the program says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<Network>);

/// Why nothing is sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReached {
    /// It is no address of a receiver.
    #[error(
        "an address begins with https:// and a host, has no name and password in it, no # and at most {URL_MAX} letters"
    )]
    Unreadable,
    /// It is not encrypted.
    #[error("the address must begin with https://; plain http is for networks that whoever runs the program has named")]
    PlainHttp,
    /// It lies in a network nobody named.
    #[error(
        "the address is inside this machine or a local network, and whoever runs the program has not named that network"
    )]
    Forbidden,
    /// The host is not known.
    #[error("the host is not known")]
    NoSuchHost,
}

/// What kind of place an address is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Anywhere on the internet.
    Public,
    /// In this machine or in somebody's own network.
    Local,
    /// Where no receiver ever is: among them the addresses at which clouds tell machines their secrets.
    Never,
}

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Https,
    Http,
}

impl Networks {
    /// Reads the address of a receiver, as far as it can be judged without asking for the host.
    pub fn check(&self, text: &str) -> Result<Url, NotReached> {
        let url = read_url(text)?;
        let scheme = scheme_of(&url);
        if scheme == Scheme::Http && self.0.is_empty() {
            return Err(NotReached::PlainHttp);
        }
        match literal(&url).or_else(|| this_machine(&url)) {
            Some(address) => self.judge(scheme, address).map(|()| url),
            None => Ok(url),
        }
    }

    /// Whether a message may go to an address.
    pub(crate) fn judge(&self, scheme: Scheme, address: IpAddr) -> Result<(), NotReached> {
        let address = plain(address);
        let is_named = self.0.iter().any(|network| network.contains(address));
        match (place(address), scheme) {
            (Place::Public | Place::Local, Scheme::Https | Scheme::Http) if is_named => Ok(()),
            (Place::Public, Scheme::Https) => Ok(()),
            (Place::Public, Scheme::Http) => Err(NotReached::PlainHttp),
            (Place::Local | Place::Never, _) => Err(NotReached::Forbidden),
        }
    }
}

/// Reads an address of the form that commands take.
pub(crate) fn read_url(text: &str) -> Result<Url, NotReached> {
    if URL_MAX < text.chars().count() || text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Err(NotReached::Unreadable);
    }
    let url = Url::parse(text).map_err(|_| NotReached::Unreadable)?;
    let is_named = url.host_str().is_some_and(|host| !host.is_empty());
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_known = matches!(url.scheme(), "https" | "http");
    if is_named && is_bare && is_known { Ok(url) } else { Err(NotReached::Unreadable) }
}

pub(crate) fn scheme_of(url: &Url) -> Scheme {
    if url.scheme() == "https" { Scheme::Https } else { Scheme::Http }
}

/// The address that stands in a URL in the place of a host: such a one is connected to without asking anybody.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// This machine, when it is called by the name it has everywhere (RFC 6761).
fn this_machine(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?.trim_end_matches('.');
    (host == "localhost" || host.ends_with(".localhost")).then_some(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The address behind one that only wraps it (RFC 4291 mapped and compatible, RFC 6052 NAT64, RFC 3056 6to4).
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let bits = six.to_bits();
    let low = u32::try_from(bits & u128::from(u32::MAX)).unwrap_or_default();
    match six.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => IpAddr::V4(Ipv4Addr::from_bits(low)),
        [0, 0, 0, 0, 0, 0, _, _] if 1 < bits => IpAddr::V4(Ipv4Addr::from_bits(low)),
        [0x2002, high, low, ..] => IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))),
        _ => address,
    }
}

fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(four) => place_of_four(four),
        IpAddr::V6(six) => place_of_six(six),
    }
}

/// The special-purpose registry of IANA (RFC 6890 and its successors).
fn place_of_four(address: Ipv4Addr) -> Place {
    match address.octets() {
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Place::Local,
        // 168.63.129.16 is where Azure's machines ask their host.
        [0, ..]
        | [168, 63, 129, 16]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Place::Never,
        _ => Place::Public,
    }
}

/// Only 2000::/3 is public; of it, not what documents and tunnels use.
fn place_of_six(address: Ipv6Addr) -> Place {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Local,
        // Where Amazon's machines are told their secrets.
        [0xfd00, 0x0ec2, ..] => Place::Never,
        [0xfc00..=0xfdff, ..] => Place::Local,
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, ..] => Place::Never,
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Never,
    }
}

/// Asks for the addresses of a host as a connection is made, and gives only what may be connected to.
pub(crate) struct Guarded {
    pub(crate) networks: Arc<Networks>,
    pub(crate) scheme: Scheme,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (networks, scheme) = (self.networks.clone(), self.scheme);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NotReached::NoSuchHost)?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(NotReached::NoSuchHost.into());
            }
            // One bad address among good ones is reason enough: nobody's receiver is at both.
            for address in &found {
                networks.judge(scheme, address.ip())?;
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        Networks(text.split_whitespace().map(|network| network.parse().unwrap()).collect())
    }

    #[test]
    #[rustfmt::skip]
    fn messages_go_to_the_internet_and_to_named_networks() {
        use NotReached::{Forbidden, PlainHttp};
        const ALL: &str = "0.0.0.0/0 ::/0";
        let rows = [
            // address               by default      named "10.0.0.0/8 127.0.0.0/8"   all named
            ("93.184.216.34",        Ok(()),         Ok(()),         Ok(())),
            ("2606:2800:220:1::1",   Ok(()),         Ok(()),         Ok(())),
            ("10.1.2.3",             Err(Forbidden), Ok(()),         Ok(())),
            ("127.0.0.1",            Err(Forbidden), Ok(()),         Ok(())),
            ("127.9.9.9",            Err(Forbidden), Ok(()),         Ok(())),
            ("172.16.0.1",           Err(Forbidden), Err(Forbidden), Ok(())),
            ("172.31.255.255",       Err(Forbidden), Err(Forbidden), Ok(())),
            ("172.32.0.1",           Ok(()),         Ok(()),         Ok(())),
            ("192.168.1.1",          Err(Forbidden), Err(Forbidden), Ok(())),
            ("100.64.0.1",           Err(Forbidden), Err(Forbidden), Ok(())),
            ("100.128.0.1",          Ok(()),         Ok(()),         Ok(())),
            ("0.0.0.0",              Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("169.254.169.254",      Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("168.63.129.16",        Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("168.63.129.17",        Ok(()),         Ok(()),         Ok(())),
            ("192.0.0.192",          Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("198.18.0.1",           Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("203.0.113.7",          Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("224.0.0.1",            Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("255.255.255.255",      Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("::",                   Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("::1",                  Err(Forbidden), Err(Forbidden), Ok(())),
            ("::ffff:127.0.0.1",     Err(Forbidden), Ok(()),         Ok(())),
            ("::ffff:169.254.169.254", Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("::7f00:1",             Err(Forbidden), Ok(()),         Ok(())),
            ("64:ff9b::7f00:1",      Err(Forbidden), Ok(()),         Ok(())),
            ("64:ff9b::a9fe:a9fe",   Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("2002:7f00:1::",        Err(Forbidden), Ok(()),         Ok(())),
            ("2001::1",              Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("2001:db8::1",          Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("fd12:3456::1",         Err(Forbidden), Err(Forbidden), Ok(())),
            ("fd00:ec2::254",        Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("fe80::1",              Err(Forbidden), Err(Forbidden), Err(Forbidden)),
            ("ff02::1",              Err(Forbidden), Err(Forbidden), Err(Forbidden)),
        ];
        for (address, default, some, all) in rows {
            let parsed: IpAddr = address.parse().unwrap();
            assert_eq!(Networks::default().judge(Scheme::Https, parsed), default, "{address} by default");
            assert_eq!(networks("10.0.0.0/8 127.0.0.0/8").judge(Scheme::Https, parsed), some, "{address} with some named");
            assert_eq!(networks(ALL).judge(Scheme::Https, parsed), all, "{address} with all named");
        }
        let public: IpAddr = "93.184.216.34".parse().unwrap();
        assert_eq!(networks("10.0.0.0/8").judge(Scheme::Http, public), Err(PlainHttp));
        assert_eq!(networks("10.0.0.0/8").judge(Scheme::Http, "10.0.0.1".parse().unwrap()), Ok(()));
    }

    #[test]
    #[rustfmt::skip]
    fn addresses_of_receivers_are_judged_as_they_are_entered() {
        use NotReached::{Forbidden, PlainHttp, Unreadable};
        let rows = [
            ("https://hooks.example.gov/in?a=b",  Ok(())),
            ("https://hooks.example.gov:8443/",   Ok(())),
            ("http://hooks.example.gov/",         Err(PlainHttp)),
            ("ftp://hooks.example.gov/",          Err(Unreadable)),
            ("hooks.example.gov",                 Err(Unreadable)),
            ("https://",                          Err(Unreadable)),
            ("https://me:pw@hooks.example.gov/",  Err(Unreadable)),
            ("https://me@hooks.example.gov/",     Err(Unreadable)),
            ("https://hooks.example.gov/#x",      Err(Unreadable)),
            ("https://hooks.example.gov/a b",     Err(Unreadable)),
            ("https://hooks.example.gov/\r\nx:y", Err(Unreadable)),
            ("https://127.0.0.1/",                Err(Forbidden)),
            ("https://127.1/",                    Err(Forbidden)),
            ("https://2130706433/",               Err(Forbidden)),
            ("https://0x7f.0.0.1/",               Err(Forbidden)),
            ("https://0177.0.0.1/",               Err(Forbidden)),
            ("https://[::1]/",                    Err(Forbidden)),
            ("https://[::ffff:10.0.0.1]/",        Err(Forbidden)),
            ("https://169.254.169.254/latest",    Err(Forbidden)),
        ];
        for (text, expected) in rows {
            assert_eq!(Networks::default().check(text).map(|_| ()), expected, "{text}");
        }
        assert!(networks("127.0.0.0/8").check("http://127.0.0.1:9/").is_ok());
        assert_eq!(networks("127.0.0.0/8").check("http://10.0.0.1/"), Err(Forbidden));
        assert_eq!(Networks::default().check(&format!("https://a.example/{}", "a".repeat(URL_MAX))), Err(Unreadable));
    }

    #[test]
    fn networks_are_written_with_a_slash() {
        for good in ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "fd00::/8", "::1/128"] {
            assert!(good.parse::<Network>().is_ok(), "{good}");
        }
        for bad in ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "a/8", "10.0.0.0/-1", "/8", ""] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_host_is_asked_for_as_it_is_connected_to() {
        let guarded = |text: &str| Guarded { networks: Arc::new(networks(text)), scheme: Scheme::Https };
        let name = || "localhost".parse().unwrap();
        let why = guarded("").resolve(name()).await.err().unwrap();
        assert_eq!(why.downcast_ref(), Some(&NotReached::Forbidden));
        assert!(guarded("127.0.0.0/8 ::1/128").resolve(name()).await.is_ok());
    }
}
