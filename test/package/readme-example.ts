import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The example of README.md's section on the library. */
export function readmeExample(): string {
  const [, section = ''] = readFileSync(join(root, 'README.md'), 'utf8').split('## As a library\n')
  const example = /```ts\n(.*?)^```$/ms.exec(section)?.[1]
  if (example === undefined) throw new Error('README.md has no example of the library')
  return example
}

/**
 * Compiles the example, as strictly as TypeScript can, in a directory that has dbfleet among its
 * node_modules.
 *
 * @param packages whether the declarations of packages are checked, too
 * @returns what is wrong with it, a line each
 */
export function typeErrors(directory: string, text: string, { packages = false } = {}): string[] {
  const file = join(directory, 'example.mts')
  writeFileSync(file, text)
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: !packages,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    const where = file === undefined ? '' : `${file.fileName}: `
    return where + ts.flattenDiagnosticMessageText(messageText, ' ')
  })
}
