"""Small changes to a module, one at a time, that its tests should notice; `mutate.py` runs the tests on each.

What is decided inside functions is compiled once with all its changes in it, each behind a question, `_mutant(number)`;
so thousands of them cost one import. What is decided while a module is imported is compiled anew for each.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ASK = "_mutant"

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNHEARD = ("logger.debug",)
"""What nobody is promised."""

NodeT = TypeVar("NodeT", bound=ast.AST)


class Mutant(NamedTuple):
    """One change. `early`: it takes effect while the module is imported."""

    number: int
    line: int
    scope: str
    code: str
    change: str
    early: bool

    @property
    def name(self) -> str:
        """What it is known by as long as its line does not change, wherever that stands."""
        return f"{self.code} # {self.change}"


def mutants_of(source: str) -> list[Mutant]:
    """Every change that is tried, in the order of their numbers."""
    return _woven(source, None)[1]


def woven(source: str, early: int | None = None) -> ast.Module:
    """The module with all changes of its functions behind questions, and one early change made."""
    return _woven(source, early)[0]


def _woven(source: str, early: int | None) -> tuple[ast.Module, list[Mutant]]:
    weaver = _Weaver(source.splitlines(), early)
    tree = weaver.visit(ast.parse(source))
    assert isinstance(tree, ast.Module)
    return ast.fix_missing_locations(tree), weaver.mutants


class _Weaver(ast.NodeTransformer):
    def __init__(self, lines: list[str], early: int | None) -> None:
        self._lines = lines
        self._made = early
        self._scope: list[str] = []
        self._inside = 0
        self.mutants: list[Mutant] = []

    # ---- what is left as it is ----------------------------------------------------------------------------------

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self._visited(node.value)
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        node.defaults = [self._visited(default) for default in node.defaults]
        node.kw_defaults = [None if default is None else self._visited(default) for default in node.kw_defaults]
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.guard = None if node.guard is None else self._visited(node.guard)
        node.body = self._statements(node.body)
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        node.value = self._visited(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        node.values = [self._visited(part) if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return node

    # ---- scopes -------------------------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
            return node
        self._scope.append(node.name)
        node.body = self._statements(node.body)
        self._scope.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._scope.append(node.name)
        node.args = self._visited(node.args)
        self._inside += 1
        node.body = self._statements(node.body)
        self._inside -= 1
        self._scope.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.args = self._visited(node.args)
        self._inside += 1
        node.body = self._visited(node.body)
        self._inside -= 1
        return node

    # ---- what is changed ----------------------------------------------------------------------------------------

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return node
        if isinstance(node, ast.stmt):
            return self._statement(node)
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
            node.type = self._expression(node.type, _without_one(node.type))
            node.body = self._statements(node.body)
            return node
        if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return super().visit(node)
        return self._expression(node, _others(node) if self._inside or isinstance(node, ast.Constant) else ())

    def _expression(self, node: ast.expr, others: Iterable[ast.expr]) -> ast.expr:
        numbered = [(self._numbered(node, ast.unparse(node), ast.unparse(other)), other) for other in others]
        result: ast.expr = super().visit(node)
        for number, other in numbered:
            if self._inside:
                result = ast.copy_location(ast.IfExp(_question(number), ast.copy_location(other, node), result), node)
            elif number == self._made:
                result = ast.copy_location(other, node)
        return result

    def _statement(self, node: ast.stmt) -> ast.stmt:
        said = ast.unparse(node).splitlines()[0]
        if any(said.startswith(call) for call in _UNHEARD):
            return node
        numbered: list[tuple[int, ast.stmt]] = []
        if self._inside:
            for other in _other_statements(node):
                shown = "nothing" if isinstance(other, ast.Pass) else ast.unparse(other).splitlines()[0]
                numbered.append((self._numbered(node, said, shown), other))
        result: ast.stmt = super().visit(node)
        for number, other in numbered:
            result = ast.copy_location(ast.If(_question(number), [ast.copy_location(other, node)], [result]), node)
        return result

    def _statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [one if _is_text(one) else self._visited(one) for one in body]

    def _visited(self, node: NodeT) -> NodeT:
        changed: NodeT = self.visit(node)  # of the same kind, as it is above
        return changed

    def _numbered(self, node: ast.expr | ast.stmt, before: str, after: str) -> int:
        number = len(self.mutants)
        code = self._lines[node.lineno - 1].strip()
        change = _shortened(before, after)
        self.mutants.append(Mutant(number, node.lineno, ".".join(self._scope), code, change, not self._inside))
        return number


def _shortened(before: str, after: str) -> str:
    """Both, without what is the same in them and far from where they differ."""
    begin = max(0, _common(before, after) - 30)
    end = max(0, _common(before[begin:][::-1], after[begin:][::-1]) - 30)
    dots = ("…" if begin else "", "…" if end else "")
    shown = (f"{dots[0]}{one[begin : len(one) - end]}{dots[1]}" for one in (before, after))
    return " → ".join(shown)


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _question(number: int) -> ast.expr:
    return ast.Call(ast.Name(ASK, ast.Load()), [ast.Constant(number)], [])


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _others(node: ast.expr) -> Iterator[ast.expr]:
    """What could stand in the place of an expression, by mistake."""
    match node:
        case ast.Constant():
            other = _other_value(node.value)
            if other is not None:
                yield ast.Constant(other)
        case ast.Compare(ops=[kind]):
            for operator in _COMPARED[type(kind)]:
                yield _with(node, ops=[operator()])
        case ast.BoolOp(values=values):
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield copy.deepcopy(rest[0] if len(rest) == 1 else _with(node, values=rest))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield copy.deepcopy(operand)
        case ast.BinOp(op=operator) if type(operator) in _RECKONED:
            yield _with(node, op=_RECKONED[type(operator)]())
        case ast.IfExp(test=test):
            yield from (_with(node, test=negated) for negated in _negated(test))
        case ast.Call(func=ast.Name(id=name)) if name in _OTHER_CALL:
            yield _with(node, func=ast.Name(_OTHER_CALL[name], ast.Load()))
        case ast.Call(keywords=keywords):
            for index, keyword in enumerate(keywords):
                if keyword.arg is not None:
                    yield _with(node, keywords=keywords[:index] + keywords[index + 1 :])
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            for index, part in enumerate(node.generators):
                if part.ifs:
                    whole = _with(node)
                    whole.generators[index].ifs = []
                    yield whole
        case _:
            pass


def _without_one(errors: ast.Tuple) -> list[ast.Tuple]:
    return [_with(errors, elts=errors.elts[:index] + errors.elts[index + 1 :]) for index in range(len(errors.elts))]


def _other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """What could stand in the place of a statement, by mistake."""
    match node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            if not _is_text(node) and "AssertionError" not in ast.unparse(node):
                yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript() | ast.Tuple(elts=[ast.Attribute(), *_])]):
            yield ast.Pass()
        case ast.Return(value=None):
            yield ast.Pass()
        case ast.Return(value=value) if not isinstance(value, ast.Constant):
            yield ast.Return(None)
        case ast.If(test=test) | ast.While(test=test):
            yield from (_with(node, test=negated) for negated in _negated(test))
        case _:
            pass


def _negated(test: ast.expr) -> Iterator[ast.expr]:
    """The opposite of a condition, unless it has changes of its own that come to the same."""
    if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
        yield ast.UnaryOp(ast.Not(), copy.deepcopy(test))


def _other_value(value: object) -> str | bytes | int | float | None:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if " " not in value:  # prose is no decision
            return value + "XX"
        case bytes():
            return value + b"XX"
        case _:
            return None


def _with(node: NodeT, **changes: object) -> NodeT:
    changed = copy.deepcopy(node)
    for name, value in changes.items():
        setattr(changed, name, copy.deepcopy(value))
    return changed
