import type { Lexeme } from './lexeme.js'
import { isGroup, type Node } from './nodes.js'
import { reservedWords } from './reserved-words.js'

/** Binary operators by how tightly they bind, as in SQLite's grammar. */
const INFIX = new Map<string, number>([
  ...level(1, 'OR'),
  ...level(2, 'AND'),
  ...level(4, '= != IS IN LIKE GLOB REGEXP MATCH BETWEEN ISNULL NOTNULL'),
  ...level(5, '< <= > >='),
  ...level(6, 'ESCAPE'),
  ...level(7, '& | << >>'),
  ...level(8, '+ -'),
  ...level(9, '* / %'),
  ...level(10, '|| -> ->>'),
  ...level(11, 'COLLATE'),
])
const NOT = 3
const COMPARISON = 4
const SIGN = 12

/** Words after which an expression begins; parentheses after others may be part of the syntax. */
const BEFORE_EXPRESSION = new Set(
  'WHERE WHEN THEN ELSE CASE SELECT DISTINCT ON HAVING BY LIMIT OFFSET RETURNING'.split(' '),
)

/** Where a group stands: what binds on its two sides; 0 where nothing does. */
export interface Place {
  before: number
  operatorBefore: string | undefined
  after: number
}

export interface Analysis {
  /** For each index of a group that stands where an operand is expected. */
  places: Place[]
  /** How tightly the loosest operator binds; undefined when it is not one expression. */
  loosest: number | undefined
  loosestOperator: string | undefined
  /** Where `a NOT NULL` has its NOT. */
  postfixNots: ReadonlySet<number>
}

/** Reads one level, in which groups count as operands. */
export function analyze(nodes: readonly Node[]): Analysis {
  const reader = new LevelReader()
  for (const [index, node] of nodes.entries()) reader.read(node, index, nodes[index + 1])
  return reader.end(nodes.length)
}

class LevelReader {
  readonly #places: Place[] = []
  readonly #postfixNots = new Set<number>()
  #expectsOperand = true
  /** What stands before the operand that is expected; undefined where syntax may need parentheses. */
  #before: Omit<Place, 'after'> | undefined = { before: 0, operatorBefore: undefined }
  #open: Place | undefined
  #betweens = 0
  #loosest = Number.POSITIVE_INFINITY
  #loosestOperator: string | undefined
  #isExpression = true
  /** `IS NOT` is one operator. */
  #isAfterIs = false

  read(node: Node, index: number, next: Node | undefined): void {
    const open = this.#open
    this.#open = undefined
    if (isGroup(node)) {
      if (this.#expectsOperand && this.#before !== undefined && !isGroup(next)) {
        this.#open = { ...this.#before, after: 0 }
        this.#places[index] = this.#open
      }
      this.#operand()
      return
    }
    const binds = this.#expectsOperand ? this.#readPrefix(node) : this.#readInfix(node, index, next)
    if (open !== undefined) open.after = binds
  }

  end(length: number): Analysis {
    const isOne = this.#isExpression && length > 0 && !this.#expectsOperand
    return {
      places: this.#places,
      loosest: isOne ? this.#loosest : undefined,
      loosestOperator: this.#loosestOperator,
      postfixNots: this.#postfixNots,
    }
  }

  #readPrefix(lexeme: Lexeme): number {
    const { text, word } = lexeme
    if (text === '+' || text === '-' || text === '~') this.#operator(`prefix ${text}`, SIGN)
    else if (word === 'NOT') this.#operator('NOT', NOT)
    else if (isBoundary(lexeme)) this.#boundary(lexeme)
    else this.#operand()
    return 0
  }

  #readInfix(lexeme: Lexeme, index: number, next: Node | undefined): number {
    const { text, word } = lexeme
    const name = word ?? text
    const following = isGroup(next) ? undefined : next?.word
    if (word === 'NOT') {
      if (following === 'NULL') this.#postfixNots.add(index)
      // `NOT LIKE` and its like: the operator follows and binds like this.
      this.#expectsOperand = following === 'NULL'
      this.#note(name, COMPARISON)
      return COMPARISON
    }
    if (text === '.') {
      this.#expectsOperand = true
      this.#before = undefined
      return SIGN + 1
    }
    const binds = INFIX.get(name)
    if (binds === undefined) {
      if (isBoundary(lexeme)) this.#boundary(lexeme)
      // An alias, ASC and so on.
      else this.#isExpression = false
      return 0
    }
    if (name === 'ISNULL' || name === 'NOTNULL') {
      this.#note(name, binds)
      return binds
    }
    if (name === 'BETWEEN') this.#betweens += 1
    if (name === 'AND' && this.#betweens > 0) {
      this.#betweens -= 1
      this.#operator('BETWEEN', COMPARISON)
      return COMPARISON
    }
    this.#operator(name, binds)
    if (name === 'IN') this.#before = undefined
    return binds
  }

  #operator(name: string, binds: number): void {
    const isPartOfIs = this.#isAfterIs && name === 'NOT'
    this.#isAfterIs = name === 'IS'
    if (isPartOfIs) return
    this.#note(name, binds)
    this.#expectsOperand = true
    this.#before = { before: binds, operatorBefore: name }
  }

  #note(name: string, binds: number): void {
    if (binds < this.#loosest) {
      this.#loosest = binds
      this.#loosestOperator = name
    } else if (binds === this.#loosest && name !== this.#loosestOperator) {
      this.#loosestOperator = undefined
    }
  }

  #operand(): void {
    this.#isAfterIs = false
    this.#expectsOperand = false
    this.#before = undefined
  }

  #boundary({ text, word }: Lexeme): void {
    this.#isExpression = false
    this.#expectsOperand = true
    this.#betweens = 0
    const startsOne = text === ',' || text === ';' || BEFORE_EXPRESSION.has(word ?? '')
    this.#before = startsOne ? { before: 0, operatorBefore: undefined } : undefined
  }
}

/** What is neither operand nor operator. */
function isBoundary({ text, word }: Lexeme): boolean {
  if (text === ',' || text === ';') return true
  if (word === undefined) return false
  return word === 'BY' || word === 'OFFSET' || (reservedWords.has(word) && !OPERANDS.has(word))
}

/** Reserved words that begin an operand or are one. */
const OPERANDS = new Set('NULL CURRENT_TIME CURRENT_DATE CURRENT_TIMESTAMP EXISTS'.split(' '))

function level(binds: number, operators: string): [string, number][] {
  return operators.split(' ').map(operator => [operator, binds])
}
