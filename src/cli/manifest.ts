import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/** What the build writes about the program: its name and version, oclif's settings, and every command by its name. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly oclif: Readonly<Record<string, unknown>>
  readonly commands: Readonly<Record<string, ManifestCommand>>
}

export interface ManifestCommand {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly hiddenAliases?: readonly string[]
}

/** The manifest in the folder the program is installed in. */
export function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest
}
