//! Decimal numbers: whole ones of any length, with a point somewhere.

/// Bytes of a whole number, the highest first.
pub(super) fn whole(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|&byte| byte >= 0x80);
    let mut all = [if negative { 0xff } else { 0 }; 16];
    // What is longer can be a number only by what it repeats at the beginning.
    let (more, last) = bytes.split_at(bytes.len().saturating_sub(16));
    all[16 - last.len()..].copy_from_slice(last);
    let value = i128::from_be_bytes(all);
    let fill = if negative { 0xff } else { 0 };
    (more.iter().all(|&byte| byte == fill) && (value < 0) == negative).then_some(value)
}

/// A decimal number as it is written.
pub(super) fn written(value: i128, scale: i32) -> String {
    let Ok(digits) = usize::try_from(scale) else {
        return format!(
            "{value}{}",
            "0".repeat(scale.unsigned_abs().min(400) as usize)
        );
    };
    if digits == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let all = format!("{:0>1$}", value.unsigned_abs(), digits.min(400) + 1);
    let (before, after) = all.split_at(all.len() - digits.min(400));
    format!("{sign}{before}.{after}")
}
