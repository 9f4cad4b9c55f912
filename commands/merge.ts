import {Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {parseCheckReport} from '../src/formats/check-report.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {checkView} from '../src/reports/check/view.js'
import {mergeReport} from '../src/reports/merge/report.js'
import {formsOf} from '../src/reports/view.js'
import {CONFIG_RULES} from '../src/rules/config/registry.js'
import {RULES} from '../src/rules/registry.js'
import {readInput} from '../src/sources/files/read.js'
import {LIMITS} from '../src/sources/limits.js'

export default class Merge extends MeshCommand {
  static override summary = 'Join reports of check -o json, of shards or of several clusters'
  static override description =
    'Prints one report in any form of check. A shard that no report is about counts as not checked, and of two reports about the same workloads the newest is used.'
  static override forms = formsOf(checkView)
  static override needs = NO_NEEDS
  static override strict = false
  static override usage = 'merge FILE... [flags]'
  static override examples = [
    example('Join the reports of an Indexed Job', 'merge shard-0.json shard-1.json shard-2.json'),
    example('Write one SARIF file for several clusters', 'merge east.json west.json -o sarif=mesh.sarif'),
  ]
  static override flags = {
    'fail-on': Flags.option({
      options: ['error', 'warning', 'info'] as const,
      description: 'exit with 1 at this severity or above (default: the strictest of the reports)',
    })(),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Merge)
    if (argv.length === 0)
      throw new UserError('merge needs reports', {next: 'meshctl check -A --shard 0/2 -o json > shard-0.json'})
    const files = []
    for (const file of argv.map(String)) {
      const text = Buffer.from(await readInput(file, {maxBytes: LIMITS.fileBytes})).toString('utf8')
      const read = parseCheckReport(text)
      if (!read.ok)
        throw new UserError(`${file} is not a report of check -o json: ${read.why}`, {
          next: 'meshctl check -A -o json=report.json   # writes one',
        })
      files.push({file, report: read.report})
    }
    const options = {
      failOn: flags['fail-on'],
      rules: [...RULES, ...CONFIG_RULES],
      now: new Date(),
      version: this.config.version,
    }
    await this.print(flags, mergeReport(files, options), checkView)
  }
}
