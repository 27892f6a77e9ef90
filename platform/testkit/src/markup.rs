//! Just enough reading of HTML to fill in a form: its address, and its hidden fields.

/// A form as a page writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent, as written; empty means to the page itself.
    pub action: String,
    /// Its hidden fields, in order.
    pub hidden: Vec<(String, String)>,
}

/// The forms of a page, in order.
#[must_use]
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open = None;
    for tag in tags(html) {
        match tag.name.as_str() {
            "form" => open = Some(Form { action: tag.value("action").unwrap_or_default(), hidden: Vec::new() }),
            "/form" => forms.extend(open.take()),
            "input" if tag.value("type").as_deref() == Some("hidden") => {
                let (Some(form), Some(name)) = (open.as_mut(), tag.value("name")) else { continue };
                form.hidden.push((name, tag.value("value").unwrap_or_default()));
            }
            _ => {}
        }
    }
    forms
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn value(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// The tags of a page; comments are passed over.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, behind)) = rest.split_once('<') {
        if let Some(comment) = behind.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            continue;
        }
        let end = behind.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(behind.len());
        let (attributes, behind_them) = attributes(&behind[end..]);
        tags.push(Tag { name: behind[..end].to_ascii_lowercase(), attributes });
        rest = behind_them;
    }
    tags
}

/// The attributes up to the end of the tag, and what comes behind it.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (found, rest.strip_prefix('>').unwrap_or(rest));
        }
        let ends = |letter: char| letter.is_whitespace() || matches!(letter, '=' | '>' | '/');
        let end = rest.find(ends).unwrap_or(rest.len());
        // A stray sign where a name should stand is passed over.
        let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
            found.push((name, String::new()));
            continue;
        };
        let (value, behind) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value
                .split_at(value.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(value.len())),
        };
        found.push((name, unescaped(value)));
        rest = behind;
    }
}

/// Text with the five signs, and numbered ones, as themselves.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        plain.push_str(before);
        let sign = behind.split_once(';').and_then(|(name, after)| Some((letter(name)?, after)));
        let (letter, after) = sign.unwrap_or(('&', behind));
        plain.push(letter);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn letter(name: &str) -> Option<char> {
    let numbered = |number: Result<u32, _>| number.ok().and_then(char::from_u32);
    match (name, name.strip_prefix('#')) {
        ("amp", _) => Some('&'),
        ("lt", _) => Some('<'),
        ("gt", _) => Some('>'),
        ("quot", _) => Some('"'),
        (_, Some(number)) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => numbered(u32::from_str_radix(hex, 16)),
            None => numbered(number.parse()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_own_hidden_fields() {
        let html = "<input type=hidden name=stray value=1>
            <form method=\"post\" action='/sign-out'><input type=\"hidden\" name=\"form_key\" value=\"a&#38;b&lt;\" /></form>
            <!-- <form action=\"/old\"></form> -->
            <form method=post><label>Code <input name=code></label><INPUT TYPE='hidden' name='key' value=7></form>";
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let expected = [
            Form { action: "/sign-out".to_owned(), hidden: pair("form_key", "a&b<") },
            Form { action: String::new(), hidden: pair("key", "7") },
        ];
        assert_eq!(forms(html), expected);
    }

    #[test]
    fn broken_markup_is_read_as_far_as_it_goes() {
        for html in ["<", "<form", "<form action=", "<form action=\"/a", "<form =\u{e9} 'x>", "<form></form", "<!--"] {
            let _no_panic = forms(html);
        }
        assert_eq!(unescaped("&#x27;&#39;&nope;&"), "''&nope;&");
    }
}
