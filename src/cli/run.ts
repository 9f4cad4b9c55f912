import {run, settings} from '@oclif/core'

/** Finds the command that the words name, in the manifest below `root`, and runs it; its errors are the caller's. */
export async function runCommand(argv: readonly string[], root: string, pjson: object): Promise<void> {
  settings.enableAutoTranspile = false
  const options = {root, pjson, devPlugins: false, userPlugins: false}
  await run([...argv], options as Parameters<typeof run>[1])
}
