import {readFileSync} from 'node:fs'
import type {DeclaredCommand} from '../../src/cli/command-needs.js'

/** Every command with what it declares it needs, as the manifest of the last build holds it. */
export function declaredCommands(): readonly DeclaredCommand[] {
  const {commands} = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
    commands: Readonly<Record<string, DeclaredCommand>>
  }
  return Object.values(commands)
}
