//! What may be allowed in this room.

use acts::{Control, Permission};

/// Looking at bill runs.
pub const SEE: Permission =
    Permission { code: "billing.see", sentence: "sees bill runs with their registers and exceptions" };

/// Cycles, exception rules and limits.
pub const SET_UP: Permission =
    Permission { code: "billing.set_up", sentence: "decides billing cycles, exception rules and review amounts" };

/// Consumption files, and the accounts they open.
pub const IMPORT: Permission =
    Permission { code: "billing.import", sentence: "imports consumption and opens the accounts a file names" };

/// Closing the reads of a period.
pub const CLOSE_READS: Permission =
    Permission { code: "billing.close_reads", sentence: "closes the reads of a cycle, which are judged or estimated" };

/// Starting, stopping and transferring services.
pub const MOVES: Permission =
    Permission { code: "billing.moves", sentence: "starts, stops and transfers services when people move" };

/// Reads that come with a move, and no others.
pub const MOVE_READS: Permission = Permission {
    code: "billing.move_reads",
    sentence: "enters what meters showed on the day of a move, at the places that move and nowhere else",
};

/// Correcting what a service is billed as.
pub const CORRECT: Permission = Permission {
    code: "billing.correct",
    sentence: "corrects the class of a service, and makes bills again that were held or wrong",
};

/// Charges by code.
pub const CHARGES: Permission =
    Permission { code: "billing.charges", sentence: "puts charges and credits by code on accounts" };

/// Adjustments.
pub const ADJUST: Permission =
    Permission { code: "billing.adjust", sentence: "adjusts what accounts owe, for reasons the town knows" };

/// Giving bills out.
pub const ISSUE: Permission = Permission { code: "billing.issue", sentence: "marks the bills of a run as given out" };

/// Freezing and trying a run.
pub const PREPARE: Permission = Permission { code: "billing.prepare", sentence: "prepares and tries bill runs" };

/// Deciding exceptions.
pub const EXCEPTIONS: Permission =
    Permission { code: "billing.exceptions", sentence: "releases or holds bills in the exception queue" };

/// Signing the register.
pub const SIGN: Permission =
    Permission { code: "billing.sign", sentence: "signs the register of a run that someone else prepared" };

/// Writing bills to the books.
pub const POST: Permission = Permission { code: "billing.post", sentence: "posts signed bill runs" };

/// Reversing a run.
pub const CANCEL: Permission = Permission { code: "billing.cancel", sentence: "cancels bill runs" };

/// Numbers that rates ask for.
pub const QUANTITIES: Permission = Permission {
    code: "billing.set_quantities",
    sentence: "sets quantities of service agreements, such as dwelling units, and decides appeals of winter averages",
};

/// Certificates.
pub const EXEMPTIONS: Permission =
    Permission { code: "billing.exemptions", sentence: "records and ends exemptions from taxes and charges" };

/// Winter averages of a whole schedule.
pub const WINTER_AVERAGES: Permission =
    Permission { code: "billing.winter_averages", sentence: "works out winter averages from the winter's use" };

/// The second person where charges are decided.
pub const APPROVE: Permission = Permission {
    code: "billing.approve",
    sentence: "approves adjustments above a limit, exemptions, quantities and classes that others propose",
};

/// What an account is charged by: rate, class, quantities, exemptions.
pub const ASSIGNMENTS: Control = Control {
    code: "assignments",
    sentence: "the rate, class, quantity or exemption of an account is changed",
    approving: APPROVE,
};

/// Rules of billing: cycles, exception rules, review amounts, terms.
pub const RULES: Control =
    Control { code: "billing_rules", sentence: "rules and limits of billing are changed", approving: APPROVE };

/// The class of limits that adjustments are held against.
pub const ADJUSTMENTS: &str = "adjustment";

/// All of them.
pub const PERMISSIONS: &[Permission] = &[
    SEE,
    SET_UP,
    IMPORT,
    CLOSE_READS,
    MOVES,
    MOVE_READS,
    CORRECT,
    CHARGES,
    ADJUST,
    ISSUE,
    PREPARE,
    EXCEPTIONS,
    SIGN,
    POST,
    CANCEL,
    QUANTITIES,
    EXEMPTIONS,
    WINTER_AVERAGES,
    APPROVE,
];
