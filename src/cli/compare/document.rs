//! The scores of every run as JSON.

use serde_json::{Map, Value as Json, json};

use super::plan::Plan;
use super::table::Column;
use super::{Row, scores};
use crate::lab::Ending;

/// Without a sweep the scores of each loss by column and seed. With one, each loss has the values that were chosen for
/// it and its scores under all of them; `null` is the score of a run whose loss was no number any more.
pub(super) fn of(plan: &Plan, columns: &[&Column], rows: &[Row], endings: &[Ending]) -> Json {
    let mut settings = plan.base.to_json();
    if let Some(settings) = settings.as_object_mut() {
        let swept = plan.sweeps.iter().map(|sweep| sweep.setting.key);
        for left_out in ["loss", "backend"].into_iter().chain(swept) {
            settings.remove(left_out);
        }
    }
    let values = |combination: usize| -> Map<String, Json> {
        let of_setting = |(setting, text): &(&'static crate::config::Setting, String)| {
            let mut config = plan.base.clone();
            let value = match setting.parse(&mut config, text) {
                Ok(()) => config.to_json()[setting.key].take(),
                Err(_) => Json::Null,
            };
            (setting.key.to_owned(), value)
        };
        plan.combinations[combination]
            .iter()
            .map(of_setting)
            .collect()
    };
    let by_column = |loss: usize, combination: usize| -> Map<String, Json> {
        let seeds = 0..plan.seeds as usize;
        let runs = seeds.map(|seed| scores(&endings[plan.run(loss, combination, seed)]));
        let runs: Vec<_> = runs.collect();
        let of_column = |column: &&Column| {
            let values = runs.iter().map(|of| of.and_then(column.value));
            (column.key.to_owned(), values.collect::<Json>())
        };
        let mut all: Map<String, Json> = columns.iter().map(of_column).collect();
        if plan.reach.is_some() {
            let reached = runs.iter().map(|of| of.and_then(|of| of.reached));
            all.insert("reached".to_owned(), reached.collect());
        }
        all
    };
    let of_loss = |(loss, row): (usize, &Row)| {
        let of_loss = match plan.sweeps.is_empty() {
            true => Json::Object(by_column(loss, 0)),
            false => {
                let tried = (0..plan.combinations.len()).map(|combination| {
                    let mut tried = by_column(loss, combination);
                    tried.insert("settings".to_owned(), Json::Object(values(combination)));
                    Json::Object(tried)
                });
                json!({"chosen": values(row.chosen), "values": tried.collect::<Json>()})
            }
        };
        (row.loss.key().to_owned(), of_loss)
    };
    let losses: Map<String, Json> = rows.iter().enumerate().map(of_loss).collect();
    let seeds: Vec<u32> = (0..plan.seeds)
        .map(|number| plan.base.seed.wrapping_add(number))
        .collect();
    let mut document = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "settings": settings,
        "steps": plan.steps,
        "seeds": seeds,
        "losses": losses,
    });
    if !plan.sweeps.is_empty() {
        document["choosing_seeds"] = json!(seeds[..plan.choosing()]);
    }
    if let Some(reach) = plan.reach {
        document["reach"] = json!(reach);
    }
    document
}
