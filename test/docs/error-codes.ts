import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const KEBAB = /^[a-z]+(-[a-z]+)*$/

/** What the sources say about codes. */
export interface FoundCodes {
  /** Every code that an error or an error report can carry, sorted. */
  codes: string[]
  /** `file:line` of codes that are neither a literal nor handed on from another error. */
  unknown: string[]
}

/**
 * Every error code of `src`, by the types of the arguments: literals, unions of literals, and what
 * the callers of a function give it where it only passes a code on.
 */
export function findErrorCodes(): FoundCodes {
  const { fileNames, options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  )
  const program = ts.createProgram({ rootNames: fileNames.filter(inSrc), options })
  const sources = program.getSourceFiles().filter(({ fileName }) => inSrc(fileName))
  const search = new Search(program.getTypeChecker(), sources)
  for (const source of sources) search.visit(source)
  return { codes: [...search.codes].sort(), unknown: search.unknown }
}

function inSrc(file: string): boolean {
  return file.startsWith(join(root, 'src/'))
}

class Search {
  readonly codes = new Set<string>()
  readonly unknown: string[] = []
  readonly #checker: ts.TypeChecker
  readonly #sources: readonly ts.SourceFile[]
  readonly #followed = new Set<ts.Symbol>()

  constructor(checker: ts.TypeChecker, sources: readonly ts.SourceFile[]) {
    this.#checker = checker
    this.#sources = sources
  }

  visit(node: ts.Node): void {
    if (ts.isNewExpression(node) && this.#makesError(node)) this.#take(node.arguments?.[0])
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      if (this.#isInError(node)) this.#take(node.arguments[0])
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') this.#takeReport(node)
    ts.forEachChild(node, child => this.visit(child))
  }

  #makesError(node: ts.NewExpression): boolean {
    const made = this.#checker.getResolvedSignature(node)?.getDeclaration()
    const takesCode = made?.parameters?.[0]?.name.getText() === 'code'
    return takesCode && this.#extendsError(this.#checker.getTypeAtLocation(node))
  }

  /** Whether a call of `super` stands in a subclass of `DbfleetError`. */
  #isInError(node: ts.Node): boolean {
    const owner = ts.findAncestor(node, ts.isClassDeclaration)
    return owner !== undefined && this.#extendsError(this.#checker.getTypeAtLocation(owner))
  }

  #extendsError(type: ts.Type): boolean {
    if (type.symbol?.name === 'DbfleetError') return true
    return (type.getBaseTypes?.() ?? []).some(base => this.#extendsError(base))
  }

  /** An error as plain data: an object with a code and a message, or a reason in its place. */
  #takeReport({ parent, initializer }: ts.PropertyAssignment): void {
    const siblings = parent.properties.map(({ name }) => name?.getText())
    // Findings of a check are documented in docs/lint.md.
    if (siblings.includes('severity')) return
    if (!siblings.includes('message') && !siblings.includes('why')) return
    this.#add(literalsOf(this.#checker.getTypeAtLocation(initializer)) ?? [])
  }

  /** What engines and the system call a code is in capitals. */
  #add(literals: readonly string[]): void {
    for (const code of literals) if (KEBAB.test(code)) this.codes.add(code)
  }

  #take(argument: ts.Expression | undefined): void {
    if (argument === undefined) return
    const literals = literalsOf(this.#checker.getTypeAtLocation(argument))
    if (literals !== undefined) this.#add(literals)
    else this.#follow(argument)
  }

  #follow(argument: ts.Expression): void {
    if (ts.isPropertyAccessExpression(argument) && argument.name.text === 'code') return
    const symbol = this.#checker.getSymbolAtLocation(argument)
    const declaration = symbol?.valueDeclaration
    if (declaration !== undefined && ts.isParameter(declaration)) {
      this.#takeFromCallers(declaration, symbol as ts.Symbol)
    } else if (declaration !== undefined && ts.isVariableDeclaration(declaration)) {
      this.#takeBranches(declaration.initializer)
    } else this.#report(argument)
  }

  #takeBranches(value: ts.Expression | undefined): void {
    if (value !== undefined && ts.isConditionalExpression(value)) {
      this.#take(value.whenTrue)
      this.#take(value.whenFalse)
    } else if (value !== undefined) this.#take(value)
  }

  /** The parameter of a function that passes its code on: its callers say which. */
  #takeFromCallers(parameter: ts.ParameterDeclaration, symbol: ts.Symbol): void {
    if (this.#followed.has(symbol)) return
    this.#followed.add(symbol)
    const callee = parameter.parent
    // Those of errors are looked at where they are called.
    if (ts.isConstructorDeclaration(callee)) return
    const index = callee.parameters.indexOf(parameter)
    for (const source of this.#sources) {
      eachCall(source, call => {
        if (this.#checker.getResolvedSignature(call)?.getDeclaration() === callee) {
          this.#take(call.arguments[index])
        }
      })
    }
  }

  #report(node: ts.Node): void {
    const source = node.getSourceFile()
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    this.unknown.push(`${source.fileName.slice(root.length)}:${line + 1}`)
  }
}

function literalsOf(type: ts.Type): string[] | undefined {
  const parts = type.isUnion() ? type.types : [type]
  const literals = parts.flatMap(part => (part.isStringLiteral() ? [part.value] : []))
  return literals.length === parts.length ? literals : undefined
}

function eachCall(node: ts.Node, use: (call: ts.CallExpression) => void): void {
  if (ts.isCallExpression(node)) use(node)
  ts.forEachChild(node, child => eachCall(child, use))
}
