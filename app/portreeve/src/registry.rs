//! Every kind of change there is, with the words it is called on screens.

use acts::Registry;

/// Every kind of change a person can ask for. One that is not listed here cannot wait for a second person.
pub fn registry() -> Registry {
    let staffed = staff(Registry::default());
    let measured = metering(staffed);
    webhooks(attachments(identity(billing(revenue(customers(measured))))))
}

/// Everything that is ever written to the log, with the words it is called on screens: what people ask for, what they decide
/// about changes of others, and the parts of long work.
pub fn every_kind() -> Vec<(&'static str, &'static str)> {
    const OTHERS: [(&str, &str); 15] = [
        (acts::PROPOSE, "A change waits for a second person"),
        (acts::APPROVE, "Approve a change"),
        ("acts.refuse_proposal", "Refuse a change"),
        ("acts.send_back_proposal", "Send a change back"),
        ("acts.hand_on_proposal", "Hand a change on"),
        ("acts.withdraw_proposal", "Take a proposed change back"),
        ("acts.propose_again", "Propose a change again"),
        ("acts.set_aside_proposal", "A change is out of date"),
        ("billing.prepare", "Part of preparing a bill run"),
        ("billing.try", "Part of trying a bill run"),
        ("billing.post", "Part of posting a bill run"),
        ("billing.cancel", "Part of canceling a bill run"),
        ("billing.winter_averages", "Part of working out winter averages"),
        ("billing.import", "Part of bringing in consumption"),
        ("imports.records", "Part of bringing in a file"),
    ];
    registry().kinds().chain(OTHERS).chain([("webhooks.test", "A test message")]).collect()
}

fn staff(known: Registry) -> Registry {
    known
        .with::<staff::AddActor>("Let somebody act")
        .with::<staff::GrantPermission>("Grant a permission")
        .with::<staff::RevokePermission>("Take a permission away")
        .with::<staff::MakeSignInLink>("Make a one-time link for somebody")
        .with::<staff::ClearSecondFactor>("Remove somebody's second factor")
        .with::<staff::EndSessions>("End somebody's sessions")
        .with::<staff::LinkIdentity>("Link an account of single sign-on")
        .with::<staff::EstablishRoles>("Put roles in force")
        .with::<staff::JoinStaff>("Somebody begins to work here")
        .with::<staff::MoveStaff>("Somebody gets another position")
        .with::<staff::LeaveStaff>("Somebody leaves")
        .with::<staff::EraseContact>("Erase how somebody who left was reached")
        .with::<staff::AssignRole>("Give somebody a role")
        .with::<staff::EndRole>("End a role of somebody")
        .with::<staff::StandIn>("Let somebody act for somebody absent")
        .with::<staff::EndStandIn>("End acting for somebody absent")
        .with::<staff::DeclareRelation>("Declare whose account it is")
        .with::<staff::EndRelation>("Record that an account is theirs no more")
        .with::<staff::RecordCompensatingReview>("Record a compensating review")
        .with::<staff::ReviewOutlier>("Review what looked odd")
        .with::<staff::SaveReport>("Save a report")
        .with::<staff::DropReport>("Drop a saved report")
        .with::<staff::ScheduleReport>("Have a saved report made by itself")
        .with::<staff::StopReport>("Stop making a saved report")
}

fn metering(known: Registry) -> Registry {
    known
        .with::<metering::acts::EnterRead>("Enter a read")
        .with::<metering::acts::CorrectRead>("Correct a read")
        .with::<metering::acts::ExchangeMeter>("Exchange a meter")
        .with::<metering::acts::SetRemovalCount>("Set the last count of a meter")
        .with::<metering::acts::SwapMeters>("Put meters at each other's place right")
        .with::<metering::acts::SetRouteStops>("Put service points on routes")
        .with::<imports::ImportFile>("Bring in a file")
}

fn customers(known: Registry) -> Registry {
    known
        .with::<customers::acts::OpenAccount>("Open an account")
        .with::<customers::acts::MergeCustomers>("Merge customers")
        .with::<customers::acts::UnmergeCustomers>("Take a merger of customers back")
        .with::<customers::acts::AddNote>("Put a note on an account")
        .with::<customers::acts::SetContact>("Set telephone and e-mail")
        .with::<customers::acts::SetMailingAddress>("Set a mailing address")
        .with::<customers::acts::AuthorizePerson>("Authorize a person")
        .with::<customers::acts::SetParty>("Name a payer, owner or tenant")
        .with::<customers::acts::EndParty>("End a payer, owner or tenant")
        .with::<premises::acts::SetUpPremises>("Decide property uses")
}

fn revenue(known: Registry) -> Registry {
    known
        .with::<finance::EstablishBooks>("Set up the books")
        .with::<finance::LockPeriod>("Lock a month")
        .with::<finance::UnlockPeriod>("Open a locked month")
        .with::<revenue::acts::SetUpRevenue>("Decide classes and charges")
        .with::<revenue::acts::AdoptRates>("Record adopted rates")
        .with::<revenue::acts::ProposeRates>("Propose rates")
        .with::<revenue::acts::ScheduleRates>("Put proposed rates in force")
        .with::<revenue::acts::WithdrawRates>("Take proposed rates back")
        .with::<revenue::acts::SupersedeRates>("Take rates back")
}

fn billing(known: Registry) -> Registry {
    known
        .with::<billing::acts::SetUpBilling>("Decide cycles and rules of billing")
        .with::<billing::import::ImportConsumption>("Bring in consumption")
        .with::<billing::acts::PrepareRun>("Prepare a bill run")
        .with::<billing::acts::PrepareOffCycle>("Prepare bills beside the cycle")
        .with::<billing::acts::PrepareCharges>("Prepare bills of charges")
        .with::<billing::acts::TryRun>("Try a bill run")
        .with::<billing::acts::ApplyRules>("Apply the exception rules")
        .with::<billing::acts::ReleaseException>("Release an exception")
        .with::<billing::acts::HoldBill>("Hold a bill")
        .with::<billing::acts::DecideExceptions>("Decide many exceptions")
        .with::<billing::acts::ResumeRun>("Go on with a bill run")
        .with::<billing::acts::SignRun>("Sign a register")
        .with::<billing::acts::PostRun>("Post a bill run")
        .with::<billing::acts::CancelRun>("Cancel a bill run")
        .with::<billing::acts::IssueRun>("Mark bills as given out")
        .with::<billing::acts::SetQuantity>("Set quantities")
        .with::<billing::acts::RecordExemption>("Record an exemption")
        .with::<billing::acts::EndExemption>("End an exemption")
        .with::<billing::acts::SetWinterAverages>("Work out winter averages")
        .with::<billing::acts::SetCalendars>("Set calendars")
        .with::<billing::acts::SetTerms>("Set terms")
        .with::<billing::acts::SetLeakRule>("Decide a leak rule")
        .with::<billing::acts::CloseReads>("Close the reads of a cycle")
        .with::<billing::acts::MeasureAgain>("Measure again")
        .with::<billing::acts::MovePeople>("Move people in, out or over")
        .with::<billing::acts::StartService>("Start a service")
        .with::<billing::acts::StopService>("Stop services")
        .with::<billing::acts::ChangeStop>("Put off or take back a stop")
        .with::<billing::acts::TransferService>("Hand services over")
        .with::<billing::acts::CorrectService>("Correct a service")
        .with::<billing::acts::ChargeAccount>("Charge an account")
        .with::<billing::acts::EndCharge>("End a charge")
        .with::<billing::acts::AdjustAccount>("Adjust a bill")
        .with::<billing::acts::ReverseAdjustment>("Take an adjustment back")
        .with::<billing::acts::LetBillStay>("Let a bill stay as it is")
        .with::<billing::acts::ListBillAgain>("Put a bill back among those to make again")
}

fn identity(known: Registry) -> Registry {
    known
        .with::<identity::acts::VerifyCaller>("Verify a caller")
        .with::<identity::acts::SetVerificationRule>("Decide how callers are verified")
        .with::<identity::acts::RecordIdentifier>("Record a tax ID or driver's license")
        .with::<identity::acts::Reveal>("Look at a whole tax ID or driver's license")
        .with::<identity::acts::AgreeWord>("Agree on a word with a customer")
        .with::<identity::acts::Protect>("Keep an address confidential")
        .with::<identity::acts::Unprotect>("Lift the protection of an address")
        .with::<identity::acts::CheckOpening>("Look for red flags")
        .with::<identity::acts::RaiseRedFlag>("Record that a document did not fit")
        .with::<identity::acts::ClearRedFlag>("Clear a red flag")
}

fn attachments(known: Registry) -> Registry {
    known
        .with::<attachments::acts::Attach>("Attach a file")
        .with::<attachments::acts::Withdraw>("Withdraw a file")
        .with::<attachments::acts::HandOut>("Download a file")
        .with::<attachments::acts::RecordScan>("Record what a scan found")
        .with::<attachments::acts::Destroy>("Destroy a withdrawn file")
}

fn webhooks(known: Registry) -> Registry {
    known
        .with::<webhooks::acts::AddWebhook>("Add a webhook")
        .with::<webhooks::acts::ChangeWebhook>("Change a webhook")
        .with::<webhooks::acts::SetWebhookSecret>("Change the secret of a webhook")
        .with::<webhooks::acts::StopWebhook>("Stop a webhook")
        .with::<webhooks::acts::StartWebhook>("Start a webhook")
        .with::<webhooks::acts::SendTest>("Send a test message")
        .with::<webhooks::acts::Replay>("Send messages again")
        .with::<webhooks::acts::SetAside>("Set aside messages that were given up")
}
