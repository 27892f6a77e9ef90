//! Every kind of change there is, with the words it is called on screens.

use acts::Registry;

/// Every kind of change a person can ask for. One that is not listed here cannot wait for a second person.
pub fn registry() -> Registry {
    let staffed = staff(Registry::default());
    let measured = metering(staffed);
    identity(billing(revenue(customers(measured))))
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
}

fn metering(known: Registry) -> Registry {
    known
        .with::<metering::acts::EnterRead>("Enter a read")
        .with::<metering::acts::CorrectRead>("Correct a read")
        .with::<metering::acts::ExchangeMeter>("Exchange a meter")
        .with::<metering::acts::SetRemovalCount>("Set the last count of a meter")
        .with::<metering::acts::SwapMeters>("Put meters at each other's place right")
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
        .with::<billing::acts::TransferService>("Hand services over")
        .with::<billing::acts::CorrectService>("Correct a service")
        .with::<billing::acts::ChargeAccount>("Charge an account")
        .with::<billing::acts::EndCharge>("End a charge")
        .with::<billing::acts::AdjustAccount>("Adjust a bill")
        .with::<billing::acts::ReverseAdjustment>("Take an adjustment back")
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
