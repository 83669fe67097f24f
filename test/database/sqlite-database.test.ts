import { describeDatabase } from './contract.js'

describeDatabase('better-sqlite3', { engine: 'better-sqlite3' })
