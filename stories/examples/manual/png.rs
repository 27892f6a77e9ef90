//! PNG files made small: the 256 commonest colors, and each other one as the nearest of them.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

type Color = [u8; 3];

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const COLORS: usize = 256;

/// A picture taken apart.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Color>,
}

/// The same picture in fewer bytes; the same bytes each time.
pub(crate) fn small(file: &[u8]) -> Vec<u8> {
    write(&read(file))
}

/// Reads what a browser writes: eight bits a color, not interlaced, with or without transparency.
fn read(file: &[u8]) -> Picture {
    let mut rest = file.strip_prefix(SIGNATURE).expect("it is a PNG file");
    let (mut head, mut packed) = (Vec::new(), Vec::new());
    while 12 <= rest.len() {
        let length = number(&rest[..4]);
        let data = &rest[8..8 + length];
        match &rest[4..8] {
            b"IHDR" => head = data.to_vec(),
            b"IDAT" => packed.extend_from_slice(data),
            _ => {}
        }
        rest = &rest[12 + length..];
    }
    let (width, height) = (number(&head[..4]), number(&head[4..8]));
    let depth = match head[8..] {
        [8, 2, 0, 0, 0] => 3,
        [8, 6, 0, 0, 0] => 4,
        _ => panic!("no picture of a browser has the head {head:?}"),
    };
    let mut filtered = Vec::new();
    ZlibDecoder::new(&packed[..]).read_to_end(&mut filtered).expect("the pixels unpack");
    let plain = unfilter(&filtered, width * depth, depth);
    let pixels = plain.chunks_exact(depth).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Picture { width, height, pixels }
}

/// A whole number as PNG writes it.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number * 256 + usize::from(*byte))
}

/// Takes back what makes lines compress better; see the PNG specification, chapter 9.
fn unfilter(filtered: &[u8], line: usize, depth: usize) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(filtered.len());
    for row in filtered.chunks_exact(line + 1) {
        let begun = plain.len();
        for place in 0..line {
            let left = if depth <= place { plain[begun + place - depth] } else { 0 };
            let above = if line <= begun { plain[begun + place - line] } else { 0 };
            let corner = if depth <= place && line <= begun { plain[begun + place - line - depth] } else { 0 };
            let guess = match row[0] {
                0 => 0,
                1 => left,
                2 => above,
                3 => left.midpoint(above),
                4 => nearest(left, above, corner),
                other => panic!("no line is filtered by {other}"),
            };
            plain.push(row[1 + place].wrapping_add(guess));
        }
    }
    plain
}

fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |one: u8| (guess - i16::from(one)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}

fn write(picture: &Picture) -> Vec<u8> {
    let (palette, places) = palette(&picture.pixels);
    let mut lines = Vec::with_capacity(picture.pixels.len() + picture.height);
    for row in picture.pixels.chunks_exact(picture.width) {
        lines.push(0);
        lines.extend(row.iter().map(|color| places[color]));
    }
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&lines).expect("memory takes all that is written");
    let packed = packer.finish().expect("memory takes all that is written");
    let mut file = SIGNATURE.to_vec();
    let size = |number: usize| u32::try_from(number).expect("a picture is not so large").to_be_bytes();
    let head = [&size(picture.width)[..], &size(picture.height)[..], &[8, 3, 0, 0, 0]].concat();
    for (kind, data) in [(b"IHDR", head), (b"PLTE", palette.concat()), (b"IDAT", packed), (b"IEND", Vec::new())] {
        let named = [&kind[..], &data].concat();
        let mut sum = Crc::new();
        sum.update(&named);
        file.extend(size(data.len()));
        file.extend(&named);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}

/// The commonest colors, and for each color the place of the nearest of them.
fn palette(pixels: &[Color]) -> (Vec<Color>, BTreeMap<Color, u8>) {
    let mut counts: BTreeMap<Color, usize> = BTreeMap::new();
    pixels.iter().for_each(|color| *counts.entry(*color).or_default() += 1);
    let mut common: Vec<(usize, Color)> = counts.iter().map(|(color, count)| (*count, *color)).collect();
    common.sort_unstable_by(|one, other| other.cmp(one));
    let palette: Vec<Color> = common.into_iter().take(COLORS).map(|(_, color)| color).collect();
    let far = |one: &Color, other: &Color| -> u32 {
        one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum()
    };
    let place = |color: &Color| {
        let nearest = (0..palette.len()).min_by_key(|place| far(&palette[*place], color));
        u8::try_from(nearest.unwrap_or_default()).unwrap_or_default()
    };
    let places = counts.keys().map(|color| (*color, place(color))).collect();
    (palette, places)
}
