//! What a formula is made of.

use ghm_lab::figure::formula::Node;

/// Collects the names of its parts.
pub fn parts(node: &Node, names: &mut Vec<String>) {
    match node {
        Node::Part(name, inner) => {
            names.push(name.clone());
            parts(inner, names);
        }
        Node::Row(nodes) => nodes.iter().for_each(|node| parts(node, names)),
        Node::Fraction(one, other) => {
            parts(one, names);
            parts(other, names);
        }
        Node::Root(inner) => parts(inner, names),
        Node::Scripts { base, below, above } => {
            parts(base, names);
            [below, above]
                .into_iter()
                .flatten()
                .for_each(|node| parts(node, names));
        }
        _ => {}
    }
}
