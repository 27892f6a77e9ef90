//! Says which service point is read after which.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::{Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::BY_HAND;
use crate::{RouteStop, StopError, permissions, route_code, sequence, store};

/// The most stops that change together; more come in as a file of routes.
pub const STOPS_MAX: usize = 1_000;

/// Puts service points on routes, moves them within or between routes, or takes them off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetRouteStops {
    /// Each service point once.
    pub stops: Vec<StopAt>,
}

/// Where a service point comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopAt {
    /// The reference of the service point.
    pub service_point: String,
    /// Its place; without one, it is on no route any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<PlaceInWalk>,
    /// Where it came when somebody looked. Refused when it comes elsewhere by now; without one, nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<PlaceInWalk>,
}

/// A place in a walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceInWalk {
    /// The code of the route.
    pub route: String,
    /// The number of the stop.
    pub sequence: i64,
}

/// Why nothing is put on a route.
#[derive(Debug, thiserror::Error)]
pub enum StopsRefused {
    /// There is nothing to do.
    #[error("name at least one service point")]
    None,
    /// Too much for one form.
    #[error("{0} service points are more than {STOPS_MAX}; bring them in as a file of routes")]
    TooMany(usize),
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// One place, two numbers.
    #[error("service point '{0}' is named twice")]
    Twice(String),
    /// The route or the number cannot be.
    #[error("service point '{service_point}': {error}")]
    Stop {
        /// The service point.
        service_point: String,
        /// What is wrong.
        error: StopError,
    },
    /// Somebody else was faster.
    #[error("somebody else changed where service point '{0}' comes meanwhile; look at the walk again")]
    ChangedMeanwhile(String),
    /// It is so already.
    #[error("these service points come where they are already")]
    Unchanged,
}

impl Refusal for StopsRefused {
    fn code(&self) -> &'static str {
        match self {
            StopsRefused::None => "stops_missing",
            StopsRefused::TooMany(_) => "too_many_stops",
            StopsRefused::ServicePoint(_) => "service_point_unknown",
            StopsRefused::Twice(_) => "service_point_twice",
            StopsRefused::Stop { error, .. } => error.code(),
            StopsRefused::ChangedMeanwhile(_) => "changed_meanwhile",
            StopsRefused::Unchanged => "nothing_new",
        }
    }
}

impl Act for SetRouteStops {
    const KIND: &'static str = "metering.set_route_stops";
    /// How many service points come elsewhere now.
    type Outcome = i64;

    fn permission(&self) -> Permission {
        permissions::ROUTES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let points = self.points(entry).await?;
        let ids: Vec<ServicePointId> = points.values().copied().collect();
        store::lock_stops(entry, &ids).await?;
        let known = store::stops_of(entry, &ids).await?;
        let (mut put, mut off) = (Vec::new(), Vec::new());
        for stop in &self.stops {
            let point = points[stop.service_point.as_str()];
            let was = known.get(&point).map(|was| PlaceInWalk { route: was.route.clone(), sequence: was.sequence });
            if stop.seen.is_some() && was != stop.seen {
                return refuse(StopsRefused::ChangedMeanwhile(stop.service_point.clone()));
            }
            if was == stop.at {
                continue;
            }
            let words = |at: &Option<PlaceInWalk>| {
                at.as_ref().map_or_else(|| "none".to_owned(), |at| format!("{}, stop {}", at.route, at.sequence))
            };
            entry.changes(format!("Route of {}", stop.service_point), words(&was), words(&stop.at));
            match &stop.at {
                Some(PlaceInWalk { route, sequence }) => put.push(RouteStop {
                    service_point: point,
                    route: route.clone(),
                    sequence: *sequence,
                    source: BY_HAND.to_owned(),
                    act: entry.act,
                }),
                None => off.push(point),
            }
        }
        let changed = put.len() + off.len();
        if changed == 0 {
            return refuse(StopsRefused::Unchanged);
        }
        store::remove_stops(entry, &off).await?;
        store::put_stops(entry, put).await?;
        Ok(i64::try_from(changed).unwrap_or(i64::MAX))
    }
}

impl SetRouteStops {
    /// The service points named, each once, with places that can be.
    async fn points(&self, entry: &mut Entry) -> Result<BTreeMap<String, ServicePointId>, Failure> {
        match self.stops.len() {
            0 => return refuse(StopsRefused::None),
            many if STOPS_MAX < many => return refuse(StopsRefused::TooMany(many)),
            _ => {}
        }
        let mut named = BTreeSet::new();
        for stop in &self.stops {
            let service_point = stop.service_point.clone();
            if !named.insert(stop.service_point.as_str()) {
                return refuse(StopsRefused::Twice(service_point));
            }
            let Some(at) = &stop.at else { continue };
            route_code(&at.route).and_then(|_| sequence(at.sequence)).map_err(|error| {
                let service_point = service_point.clone();
                refused(StopsRefused::Stop { service_point, error })
            })?;
        }
        let named: Vec<&str> = named.into_iter().collect();
        let points = premises::service_points_by_reference(entry, &named).await?;
        match named.iter().find(|reference| !points.contains_key(**reference)) {
            Some(unknown) => refuse(StopsRefused::ServicePoint((*unknown).to_owned())),
            None => Ok(points),
        }
    }
}
