import {Flags} from '@oclif/core'
import {VERIFY_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {verifyReport} from '../src/reports/verify/report.js'
import {verifyView} from '../src/reports/verify/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Verify extends MeshCommand {
  static override summary = 'Trace the requests listed in a file and check their outcomes; nothing is sent'
  static override examples = [
    example('Check that requests come out as a file expects', 'verify -f expectations.yaml --from sample'),
    example('Do so in a pipeline, with JUnit results', 'verify -f expectations.yaml -n shop -o junit > verify.xml'),
  ]
  static override forms = formsOf(verifyView)
  static override needs = VERIFY_NEEDS
  static override flags = {
    filename: Flags.string({
      char: 'f',
      required: true,
      helpValue: 'FILE',
      description: 'expectations: from, to, request and expect of each request (- for standard input)',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Verify)
    const {askedOf, expectationsIn} = await import('../src/cli/input/expectations.js')
    const expectations = await expectationsIn(flags.filename)
    await this.withSource(flags, async source => {
      const asked = await Promise.all(expectations.map(each => askedOf(source, each, flags)))
      await this.print(flags, await verifyReport(source, flags.filename, asked), verifyView)
    })
  }
}
