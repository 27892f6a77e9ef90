//! Names of people, businesses and streets, combined from lists; whoever bears one does so by chance.

use fastrand::Rng;

const GIVEN: [&str; 48] = [
    "Aaron", "Alicia", "Amara", "Andrew", "Angela", "Anthony", "Beatriz", "Benjamin", "Carlos", "Carmen", "Cheryl",
    "Daniel", "Deborah", "Diego", "Elena", "Emily", "Eric", "Fatima", "Frank", "Gloria", "Grace", "Hannah", "Hector",
    "Irene", "Jacob", "James", "Jasmine", "Jorge", "Joyce", "Karen", "Kevin", "Laura", "Linda", "Luis", "Maria",
    "Mark", "Mei", "Nathan", "Olivia", "Patrick", "Priya", "Rachel", "Ramon", "Samuel", "Susan", "Thomas", "Victor",
    "Yolanda",
];

const FAMILY: [&str; 60] = [
    "Adams",
    "Aguilar",
    "Allen",
    "Alvarez",
    "Anderson",
    "Bailey",
    "Baker",
    "Begay",
    "Bennett",
    "Brooks",
    "Brown",
    "Campbell",
    "Carter",
    "Castillo",
    "Chavez",
    "Clark",
    "Collins",
    "Cooper",
    "Cruz",
    "Davis",
    "Diaz",
    "Edwards",
    "Evans",
    "Fisher",
    "Flores",
    "Foster",
    "Garcia",
    "Gomez",
    "Gray",
    "Green",
    "Hall",
    "Harris",
    "Hernandez",
    "Hill",
    "Hughes",
    "Jackson",
    "Johnson",
    "Kelly",
    "Kim",
    "Lee",
    "Lewis",
    "Lopez",
    "Martin",
    "Mendoza",
    "Miller",
    "Mitchell",
    "Moore",
    "Morales",
    "Murphy",
    "Nguyen",
    "Ortiz",
    "Parker",
    "Patel",
    "Perez",
    "Reed",
    "Rivera",
    "Sanchez",
    "Tsosie",
    "Walker",
    "Wright",
];

const STREETS: [&str; 40] = [
    "Agave Hollow",
    "Bent Saguaro",
    "Blue Yucca",
    "Bobcat Run",
    "Canyon Wren",
    "Chia Flat",
    "Cholla Bend",
    "Copper Mesa",
    "Coyote Wash",
    "Creosote",
    "Desert Lantern",
    "Dry Ford",
    "Dusty Plum",
    "Elf Owl",
    "Fairy Duster",
    "Far Butte",
    "Gila Monster",
    "Golden Barrel",
    "Hidden Arroyo",
    "Ironwood Gate",
    "Jackrabbit Turn",
    "Javelina",
    "Jojoba",
    "Kit Fox",
    "Lost Burro",
    "Mesquite Shade",
    "Monsoon",
    "Night Heron",
    "Ocotillo Bend",
    "Palo Brea",
    "Prickly Poppy",
    "Quail Step",
    "Quiet Adobe",
    "Rain Lily",
    "Red Tailings",
    "Roadrunner",
    "Sidewinder",
    "Sotol",
    "Tortoise Rock",
    "White Thorn",
];

const WAYS: [&str; 5] = ["Dr", "Ln", "Rd", "St", "Way"];
const TRADES: [&str; 14] = [
    "Auto Repair",
    "Bakery",
    "Barber Shop",
    "Cafe",
    "Dental Care",
    "Flooring",
    "Grill",
    "Hardware",
    "Laundry",
    "Market",
    "Nursery",
    "Pet Supply",
    "Printing",
    "Tax Service",
];
const WORKS: [&str; 4] = ["Bottling", "Cabinet Works", "Concrete Products", "Cold Storage"];
const OFFICES: [&str; 4] =
    ["Saguaro Bend Unified Schools", "Saguaro Bend Fire District", "Ocotillo County", "Saguaro Bend Library District"];

/// A person's name.
pub fn person(rng: &mut Rng) -> String {
    format!("{} {}", pick(rng, &GIVEN), pick(rng, &FAMILY))
}

/// The name of a shop or office.
pub fn business(rng: &mut Rng) -> String {
    format!("{} {}", pick(rng, &FAMILY), pick(rng, &TRADES))
}

/// The name of a factory.
pub fn factory(rng: &mut Rng) -> String {
    format!("{} {}", pick(rng, &FAMILY), pick(rng, &WORKS))
}

/// The name of a landlord.
pub fn landlord(rng: &mut Rng) -> String {
    format!("{} Properties LLC", pick(rng, &FAMILY))
}

/// The name of a block of apartments.
pub fn apartments(rng: &mut Rng) -> String {
    format!("{} Apartments", pick(rng, &STREETS))
}

/// The name of those who look after a development's grounds.
pub fn association(rng: &mut Rng) -> String {
    format!("{} Homeowners Association", pick(rng, &STREETS))
}

/// The name of an authority.
pub fn office(rng: &mut Rng) -> String {
    pick(rng, &OFFICES).to_owned()
}

/// House number and street: blocks of a street follow each other by hundreds.
pub fn street(block: usize, house: usize) -> String {
    let (street, hundred) = (block % STREETS.len(), block / STREETS.len() + 1);
    format!("{} {} {}", hundred * 100 + house * 4 + 1, STREETS[street], WAYS[street % WAYS.len()])
}

/// A number of those kept for fiction.
pub fn phone(rng: &mut Rng) -> String {
    format!("({}) 555-01{:02}", pick(rng, &["480", "520", "602", "623"]), rng.u32(0..100))
}

/// One of a list.
pub fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list[rng.usize(0..list.len())]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_houses_have_one_address() {
        let all: BTreeSet<String> = (0..400).flat_map(|block| (0..20).map(move |house| street(block, house))).collect();
        assert_eq!(all.len(), 8_000);
        assert_eq!((street(0, 0), street(41, 3)), ("101 Agave Hollow Dr".into(), "213 Bent Saguaro Ln".into()));
    }

    #[test]
    fn phones_are_those_kept_for_fiction() {
        let mut rng = Rng::with_seed(3);
        for _ in 0..50 {
            let phone = phone(&mut rng);
            assert!(phone.contains(") 555-01") && phone.len() == 14, "{phone}");
        }
    }
}
