import type {Command} from '@oclif/core'
import {own} from '../model/collections/own.js'
import type {Program} from './program.js'

/** A command as it is run: made with its words and the program it belongs to. */
export interface CommandClass {
  id: string
  new (argv: string[], config: unknown): Command & {_run(): Promise<unknown>}
}

/** Loads the command of that name or alias, words joined by colons; undefined if there is none. */
export function commandClass(program: Program, name: string): CommandClass | undefined {
  const row = own(program.commands, name)
  if (row === undefined) return undefined
  const {default: found} = program.load(row.unit) as {default: CommandClass}
  found.id = row.id
  return found
}
