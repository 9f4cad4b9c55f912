import {run} from '@oclif/core'
import {objectOf} from '../formats/decode.js'
import {commandClass} from './command-class.js'
import {readManifest} from './manifest.js'
import type {Program} from './program.js'

type RunOptions = Parameters<typeof run>[1]

/** The command line as oclif answers it, with its help and its words for what is wrong; commands are loaded from the program's units. */
export async function runOclif(argv: readonly string[], program: Program, bin: string): Promise<void> {
  const {name, version, oclif, commands} = readManifest(program.root)
  const pjson = {name, version, oclif: {...oclif, bin}}
  const plugin = {
    name,
    version,
    pjson,
    root: program.root,
    type: 'core',
    valid: true,
    hooks: {},
    topics: Object.entries(objectOf(oclif, 'topics') ?? {}).map(([topic, words]) => ({
      name: topic,
      ...(words as object),
    })),
    commandIDs: Object.keys(commands),
    commands: Object.entries(commands).map(([id, command]) => ({
      ...command,
      load: async () => commandClass(program, id),
    })),
  }
  await run([...argv], {root: program.root, pjson, plugins: new Map([[name, plugin]])} as unknown as RunOptions)
}
