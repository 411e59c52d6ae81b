//! In: codes with their titles. Out: the tree they form, by number of digits 1, 2, 3, 4 and 6.
//! Next: `train` learns to choose among the children of each node, `predict` walks down.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many digits the codes of each level have.
pub(crate) const LEVELS: [usize; 5] = [1, 2, 3, 4, 6];

/// A place in [`Classification::nodes`].
pub type NodeId = u16;

/// The tree of a classification's groups and occupations. Nodes lie depth first: each group right before what lies in
/// it, so that what one word speaks for lies close together.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<Node>", into = "Vec<Node>")]
pub struct Classification {
    nodes: Vec<Node>,
    children: Vec<Vec<NodeId>>,
    top: Vec<NodeId>,
}

/// A group (one to four digits) or an occupation (six digits).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The official code.
    pub code: String,
    /// The official title.
    pub title: String,
}

/// Why codes do not form a tree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClassificationError {
    /// Not 1, 2, 3, 4 or 6 digits.
    #[error("'{0}' is not a code: expected 1, 2, 3, 4 or 6 digits")]
    NotACode(String),
    /// A code stands twice.
    #[error("the code {0} stands twice")]
    Duplicate(String),
    /// A code's group is missing.
    #[error("the code {code} has no group: {parent} is missing")]
    NoParent {
        /// The code.
        code: String,
        /// The group it should stand in.
        parent: String,
    },
    /// More codes than a node number can tell apart.
    #[error("{0} codes are too many: at most 65,535 are possible")]
    TooMany(usize),
}

impl Classification {
    /// Builds the tree from codes in any order.
    ///
    /// # Errors
    /// When a code is no code, stands twice, or has no group.
    pub fn new(mut nodes: Vec<Node>) -> Result<Self, ClassificationError> {
        if nodes.len() >= usize::from(NodeId::MAX) {
            return Err(ClassificationError::TooMany(nodes.len()));
        }
        nodes.sort_by(|a, b| a.code.cmp(&b.code));
        let mut children = vec![Vec::new(); nodes.len()];
        let mut top = Vec::new();
        let mut by_code: HashMap<&str, usize> = HashMap::with_capacity(nodes.len());
        for (number, node) in nodes.iter().enumerate() {
            let code = node.code.as_str();
            let Some(level) = level_of(code) else {
                return Err(ClassificationError::NotACode(code.to_owned()));
            };
            if by_code.insert(code, number).is_some() {
                return Err(ClassificationError::Duplicate(code.to_owned()));
            }
            let siblings = if level == 0 {
                &mut top
            } else {
                let parent = &code[..LEVELS[level - 1]];
                let Some(parent) = by_code.get(parent) else {
                    return Err(ClassificationError::NoParent {
                        code: code.to_owned(),
                        parent: parent.to_owned(),
                    });
                };
                &mut children[*parent]
            };
            siblings.push(number as NodeId);
        }
        Ok(Self { nodes, children, top })
    }

    /// All nodes, each group right before what lies in it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node with this number.
    ///
    /// # Panics
    /// When there is none.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[usize::from(id)]
    }

    /// The nodes directly below; the top level for `None`.
    pub fn children(&self, parent: Option<NodeId>) -> &[NodeId] {
        parent.map_or(&self.top, |id| &self.children[usize::from(id)])
    }

    /// The occupations whose codes begin like this.
    pub fn occupations_in<'a>(&'a self, group: &'a str) -> impl Iterator<Item = NodeId> + 'a {
        let start = self.nodes.partition_point(|node| node.code.as_str() < group);
        let nodes =
            (start..).zip(&self.nodes[start..]).take_while(move |(_, node)| node.code.starts_with(group));
        nodes.filter(|(number, _)| self.children[*number].is_empty()).map(|(number, _)| number as NodeId)
    }

    /// The number of the node with this code.
    pub fn find(&self, code: &str) -> Option<NodeId> {
        self.nodes.binary_search_by(|node| node.code.as_str().cmp(code)).ok().map(|number| number as NodeId)
    }

    /// How many codes stand on each level, from one digit to six.
    pub fn counts(&self) -> [usize; 5] {
        LEVELS.map(|digits| self.nodes.iter().filter(|node| node.code.len() == digits).count())
    }
}

impl TryFrom<Vec<Node>> for Classification {
    type Error = ClassificationError;

    fn try_from(nodes: Vec<Node>) -> Result<Self, ClassificationError> {
        Self::new(nodes)
    }
}

impl From<Classification> for Vec<Node> {
    fn from(classification: Classification) -> Self {
        classification.nodes
    }
}

/// The level of a code, 0 for one digit to 4 for six.
pub(crate) fn level_of(code: &str) -> Option<usize> {
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    LEVELS.iter().position(|level| digits && *level == code.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classification(codes: &[&str]) -> Result<Classification, ClassificationError> {
        let node = |code: &&str| Node { code: (*code).to_owned(), title: format!("title of {code}") };
        Classification::new(codes.iter().map(node).collect())
    }

    #[test]
    fn children_are_found_below_their_group() {
        let tree = classification(&["2", "1", "11", "21", "12", "111", "1111", "111131", "111132"]).unwrap();
        let codes = |parent| {
            let children = tree.children(parent);
            children.iter().map(|id| tree.node(*id).code.clone()).collect::<Vec<_>>()
        };
        assert_eq!(codes(None), ["1", "2"]);
        assert_eq!(codes(tree.find("1")), ["11", "12"]);
        assert_eq!(codes(tree.find("1111")), ["111131", "111132"]);
        assert!(codes(tree.find("111131")).is_empty());
        let below =
            |group| tree.occupations_in(group).map(|id| tree.node(id).code.clone()).collect::<Vec<_>>();
        assert_eq!(below("111"), ["111131", "111132"]);
        assert_eq!(below("2"), ["21"]);
        assert!(below("3").is_empty());
        assert_eq!(tree.counts(), [2, 3, 1, 1, 2]);
    }

    #[test]
    fn what_is_no_tree_is_refused_with_the_code() {
        assert_eq!(
            classification(&["1", "11111"]).unwrap_err(),
            ClassificationError::NotACode("11111".into())
        );
        assert_eq!(classification(&["1", "1"]).unwrap_err(), ClassificationError::Duplicate("1".into()));
        let orphan = ClassificationError::NoParent { code: "111".into(), parent: "11".into() };
        assert_eq!(classification(&["1", "111"]).unwrap_err(), orphan);
    }
}
