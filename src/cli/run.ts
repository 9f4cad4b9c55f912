import {run, settings} from '@oclif/core'

/** Finds the command in the manifest below `root` and runs it; errors are thrown to the caller. */
export async function runCommand(argv: readonly string[], root: string, pjson: object): Promise<void> {
  settings.enableAutoTranspile = false
  const options = {root, pjson, devPlugins: false, userPlugins: false}
  await run([...argv], options as Parameters<typeof run>[1])
}
