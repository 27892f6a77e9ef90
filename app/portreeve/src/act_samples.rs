//! A sample of every act as it is stored: the log of any released version must still be readable.
//!
//! `act_samples.txt` holds kind, version and command of each, one a line. A line is never changed
//! once it was released; an act whose fields change gets the next version and another line.

use acts::Act;
use serde::de::DeserializeOwned;

const SAMPLES: &str = include_str!("act_samples.txt");

/// Reads every sample of an act, and writes it again as it stood.
fn check<A: Act + DeserializeOwned>(kinds: &mut Vec<&'static str>) {
    kinds.push(A::KIND);
    let mut has_current = false;
    for line in SAMPLES.lines() {
        let mut parts = line.splitn(3, ' ');
        let (kind, version, command) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        if kind != A::KIND {
            continue;
        }
        let act: A = serde_json::from_str(command).unwrap_or_else(|error| panic!("{line}: {error}"));
        if version == A::VERSION.to_string() {
            has_current = true;
            assert_eq!(serde_json::to_string(&act).unwrap(), command, "{kind} is written differently now");
        }
    }
    assert!(has_current, "act_samples.txt has no sample of {} {}", A::KIND, A::VERSION);
}

#[test]
fn every_released_command_can_still_be_read() {
    let mut kinds = Vec::new();
    check::<staff::AddActor>(&mut kinds);
    check::<staff::GrantPermission>(&mut kinds);
    check::<staff::RevokePermission>(&mut kinds);
    check::<metering::acts::EnterRead>(&mut kinds);
    check::<metering::acts::CorrectRead>(&mut kinds);
    check::<metering::acts::ExchangeMeter>(&mut kinds);
    check::<metering::acts::SetRemovalCount>(&mut kinds);
    check::<metering::acts::SwapMeters>(&mut kinds);
    check::<imports::ImportFile>(&mut kinds);
    check::<customers::acts::MergeCustomers>(&mut kinds);
    check::<customers::acts::UnmergeCustomers>(&mut kinds);
    check::<customers::acts::SetMailingAddress>(&mut kinds);
    check::<customers::acts::SetParty>(&mut kinds);
    check::<customers::acts::EndParty>(&mut kinds);
    check::<premises::acts::SetUpPremises>(&mut kinds);
    check::<finance::EstablishBooks>(&mut kinds);
    check::<finance::LockPeriod>(&mut kinds);
    check::<finance::UnlockPeriod>(&mut kinds);
    check::<revenue::acts::SetUpRevenue>(&mut kinds);
    check::<revenue::acts::AdoptRates>(&mut kinds);
    check::<revenue::acts::ProposeRates>(&mut kinds);
    check::<revenue::acts::ScheduleRates>(&mut kinds);
    check::<revenue::acts::SupersedeRates>(&mut kinds);
    check::<billing::acts::SetUpBilling>(&mut kinds);
    check::<billing::import::ImportConsumption>(&mut kinds);
    check::<billing::acts::PrepareRun>(&mut kinds);
    check::<billing::acts::TryRun>(&mut kinds);
    check::<billing::acts::ApplyRules>(&mut kinds);
    check::<billing::acts::ReleaseException>(&mut kinds);
    check::<billing::acts::HoldBill>(&mut kinds);
    check::<billing::acts::SignRun>(&mut kinds);
    check::<billing::acts::PostRun>(&mut kinds);
    check::<billing::acts::CancelRun>(&mut kinds);
    check::<billing::acts::SetQuantity>(&mut kinds);
    check::<billing::acts::RecordExemption>(&mut kinds);
    check::<billing::acts::EndExemption>(&mut kinds);
    check::<billing::acts::SetWinterAverages>(&mut kinds);
    check::<billing::acts::SetCalendars>(&mut kinds);
    check::<billing::acts::SetTerms>(&mut kinds);
    check::<billing::acts::CloseReads>(&mut kinds);
    check::<billing::acts::MeasureAgain>(&mut kinds);
    check::<billing::acts::PrepareOffCycle>(&mut kinds);
    check::<billing::acts::PrepareCharges>(&mut kinds);
    check::<billing::acts::IssueRun>(&mut kinds);
    check::<billing::acts::StartService>(&mut kinds);
    check::<billing::acts::StopService>(&mut kinds);
    check::<billing::acts::TransferService>(&mut kinds);
    check::<billing::acts::CorrectService>(&mut kinds);
    check::<billing::acts::ChargeAccount>(&mut kinds);
    check::<billing::acts::EndCharge>(&mut kinds);
    check::<billing::acts::AdjustAccount>(&mut kinds);
    check::<billing::acts::ReverseAdjustment>(&mut kinds);
    let unknown: Vec<&str> =
        SAMPLES.lines().filter(|line| !kinds.iter().any(|kind| line.split(' ').next() == Some(*kind))).collect();
    assert!(unknown.is_empty(), "samples of acts that are gone: {unknown:?}");
}
