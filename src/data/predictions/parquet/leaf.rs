//! The columns of a file: a value a row, or a list of numbers, which is as many columns as each row has values.

use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::schema::types::{SchemaDescriptor, Type};

use super::lane::Kind;
use crate::data::predictions::lists::VECTOR;
use crate::data::predictions::structures::of_struct;

/// Where the levels of a list tell that a value is there, or null, or the list is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListLevels {
    /// The definition level from which on a list has an element.
    pub element: i16,
    /// That of an element that is not null.
    pub value: i16,
}

/// A column as the file has it.
pub(super) struct Leaf {
    pub name: String,
    /// Which part it is of a vector of Spark, which has all of [`VECTOR`] and nothing else.
    pub part: Option<usize>,
    pub kind: Kind,
    /// Whether a row has lists of lists, or of what is no number, or of structures.
    pub is_nested: bool,
    pub list: Option<ListLevels>,
    /// The definition level of a value that is there; 0 where all are.
    pub defined: i16,
}

impl Leaf {
    pub fn of(schema: &SchemaDescriptor, index: usize) -> Self {
        let column = schema.column(index);
        let (root, parts) = (schema.get_column_root(index), column.path().parts());
        let part = |name: &String| VECTOR.iter().position(|part| part == name);
        let is_vector = root.is_group()
            && root.get_basic_info().repetition() != Repetition::REPEATED
            && (root.get_fields().iter().map(|field| field.name())).eq(VECTOR)
            // Each is one column: two integers, then two lists.
            && (root.get_fields().iter().take(2)).all(|field| field.is_primitive())
            && (root.get_fields().iter().skip(2)).all(|field| is_list_of_one(field));
        let part = parts.get(1).filter(|_| is_vector).and_then(part);
        let mut leaf = Self {
            name: match (part, parts) {
                (Some(_), [own, ..]) => own.clone(),
                (None, [outer, inner]) => of_struct(outer, '.', inner),
                (..) => column.path().string(),
            },
            part,
            kind: Kind::of(&column),
            is_nested: column.max_rep_level() > 0,
            list: None,
            defined: column.max_def_level(),
        };
        let is_number = match leaf.kind {
            Kind::Number | Kind::Unsigned | Kind::Half | Kind::Decimal(_) => true,
            Kind::Text | Kind::Other => false,
        };
        if column.max_rep_level() != 1 || !is_number {
            return leaf;
        }
        if let Some((name, element)) = list(root, parts) {
            if part.is_none() {
                leaf.name = name;
            }
            leaf.is_nested = false;
            leaf.list = Some(ListLevels {
                element,
                value: leaf.defined,
            });
        }
        leaf
    }
}

/// Whether there is one column within.
fn is_list_of_one(field: &Type) -> bool {
    match field {
        Type::PrimitiveType { .. } => true,
        Type::GroupType { fields, .. } => fields.len() == 1 && is_list_of_one(&fields[0]),
    }
}

/// The name of a list of single values, and the level from which on it has an element. Lists have three levels, or
/// two, or are a repeated column (the rules of the format, "LogicalTypes.md").
fn list(root: &Type, parts: &[String]) -> Option<(String, i16)> {
    let mut of = root;
    let mut is_list = false;
    let mut element = 0;
    for (depth, _) in parts.iter().enumerate() {
        if depth > 0 {
            let inner = of.get_fields().iter();
            of = inner.clone().find(|field| field.name() == parts[depth])?;
        }
        match of.get_basic_info().repetition() {
            Repetition::REQUIRED => {}
            Repetition::OPTIONAL => element += 1,
            Repetition::REPEATED => {
                element += 1;
                let is_single = match of {
                    Type::PrimitiveType { .. } => true,
                    Type::GroupType { fields, .. } => {
                        fields.len() == 1 && fields[0].is_primitive() && depth + 2 == parts.len()
                    }
                };
                let own = usize::from(!is_list || depth == 0);
                let name = parts[..depth + own].join(".");
                return is_single.then_some((name, element));
            }
        }
        let info = of.get_basic_info();
        is_list = info.converted_type() == ConvertedType::LIST
            || info.logical_type_ref() == Some(&LogicalType::List);
    }
    None
}
