import type {CommandTable} from './launch/command-name.js'

/** The installed program: where it is, its version, and how its parts are loaded. */
export interface Program {
  /** The folder the program is installed in, with the sample mesh, the runbooks and oclif's manifest. */
  readonly root: string
  readonly version: string
  readonly commands: CommandTable
  load(unit: string): unknown
}
