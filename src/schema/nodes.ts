import type { Lexeme } from './lexeme.js'

/** A lexeme, or what stands between parentheses or between CASE and END. */
export type Node = Lexeme | Group

export interface Group {
  open: Lexeme
  inside: Node[]
  close: Lexeme
}

export function isGroup(node: Node | undefined): node is Group {
  return node !== undefined && 'inside' in node
}

/** Groups what belongs together. A parenthesis without its other half stays a lexeme. */
export function readNodes(lexemes: readonly Lexeme[]): Node[] {
  const outer: { open: Lexeme; before: Node[] }[] = []
  let nodes: Node[] = []
  for (const lexeme of lexemes) {
    const innermost = outer.at(-1)
    if (lexeme.text === '(' || lexeme.word === 'CASE') {
      outer.push({ open: lexeme, before: nodes })
      nodes = []
    } else if (innermost !== undefined && closes(lexeme, innermost.open)) {
      outer.pop()
      innermost.before.push({ open: innermost.open, inside: nodes, close: lexeme })
      nodes = innermost.before
    } else {
      nodes.push(lexeme)
    }
  }
  for (const { open, before } of outer.reverse()) nodes = [...before, open, ...nodes]
  return nodes
}

function closes({ text, word }: Lexeme, open: Lexeme): boolean {
  return open.text === '(' ? text === ')' : word === 'END'
}
