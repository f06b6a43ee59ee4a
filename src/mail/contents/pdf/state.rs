//! Where on a page the next letter stands. Source: ISO 32000-1, 8.3 and 9.3.

use std::rc::Rc;

use super::font::Font;

/// What the operators change.
#[derive(Clone)]
pub(super) struct State {
    pub matrix: Matrix,
    pub text: Matrix,
    pub line: Matrix,
    pub font: Option<Rc<Font>>,
    pub size: f64,
    pub leading: f64,
    pub letter_space: f64,
    pub word_space: f64,
    pub stretch: f64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            matrix: Matrix::default(),
            text: Matrix::default(),
            line: Matrix::default(),
            font: None,
            size: 0.0,
            leading: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
        }
    }
}

impl State {
    pub fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix { e: x, f: y, ..Matrix::default() }.then(self.line);
        self.text = self.line;
    }

    pub fn advance(&mut self, x: f64) {
        self.text = Matrix { e: x, ..Matrix::default() }.then(self.text);
    }
}

/// A transformation as ISO 32000-1, 8.3.4 writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
}

impl Default for Matrix {
    fn default() -> Self {
        Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 }
    }
}

impl Matrix {
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let [a, b, c, d, e, f] = *numbers else { return None };
        Some(Self { a, b, c, d, e, f })
    }

    /// This transformation, and then another.
    pub fn then(self, next: Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }
}
