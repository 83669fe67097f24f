import { atlas } from './atlas.js'
import { dbmate } from './dbmate.js'
import { drizzle } from './drizzle.js'
import type { ForeignTool, ToolName } from './foreign-tool.js'
import { geni } from './geni.js'
import { golangMigrate } from './golang-migrate.js'
import { kysely } from './kysely.js'
import { prisma } from './prisma.js'
import { umzug } from './umzug.js'

/** All tools that are known, by their names. */
const TOOLS: Readonly<Record<ToolName, ForeignTool>> = {
  geni,
  dbmate,
  'golang-migrate': golangMigrate,
  drizzle,
  kysely,
  umzug,
  prisma,
  atlas,
}

/** The same, in the order in which they are looked for. */
export const FOREIGN_TOOLS: readonly ForeignTool[] = Object.values(TOOLS)

/** The tool of that name. */
export function foreignTool(name: ToolName): ForeignTool {
  return TOOLS[name]
}
