import { describeFileDatabase } from './file-contract.js'

describeFileDatabase('libSQL', { engine: 'libsql' })
