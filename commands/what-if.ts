import {Flags} from '@oclif/core'
import {WHAT_IF_NEEDS} from '../src/cli/command-needs.js'
import {readChange, readTraffic} from '../src/cli/input/mesh-change.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {formsOf} from '../src/reports/view.js'
import {whatIfPairsReport} from '../src/reports/what-if/pairs-report.js'
import {readinessView, whatIfPairsView} from '../src/reports/what-if/pairs-view.js'
import {readinessReport} from '../src/reports/what-if/readiness-report.js'
import {whatIfReport} from '../src/reports/what-if/report.js'
import {whatIfView} from '../src/reports/what-if/view.js'
import {refuseAbsent} from '../src/sources/overlay.js'

export default class WhatIf extends MeshCommand {
  static override summary = 'Predict how a change to Istio objects would affect requests'
  static override examples = [
    example(
      'Show which requests the deletion of an object changes',
      'what-if --delete destinationrule/demo/details-plaintext --from sample',
    ),
    example('Test a change against recorded requests', 'what-if -f strict.yaml --traffic requests.jsonl'),
    example('Show what STRICT mTLS would break, by namespace', 'what-if --strict-readiness --from sample'),
    example(
      'Test a deletion against recorded requests of a bundle, and print JSON',
      'what-if --delete authorizationpolicy/demo/deny-admin --from incident.tgz --traffic requests.jsonl -o json',
    ),
  ]
  static override forms = formsOf(whatIfView)
  static override needs = WHAT_IF_NEEDS
  static override flags = {
    filename: Flags.string({
      char: 'f',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description:
        'objects to apply to the mesh; an object of the same kind, namespace and name is replaced (repeatable; - for standard input)',
    }),
    delete: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KIND/NAMESPACE/NAME',
      description: 'an object to delete (repeatable)',
    }),
    'strict-readiness': Flags.boolean({description: 'show for each namespace whether STRICT mTLS is safe'}),
    traffic: Flags.string({
      helpValue: 'FILE',
      description: 'requests to test, one JSON document per line, in the format of trace --traffic',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(WhatIf)
    const asked = flags.namespace
    // The report lays the change over the source itself: it asks the source without it as well.
    const unchanged = {...flags, delete: undefined}
    if (flags['strict-readiness'] === true) {
      await this.withSource(unchanged, async source => {
        await this.print(flags, await readinessReport(source, asked, flags.istioNamespace), readinessView)
      })
      return
    }
    const change = await readChange(flags.filename ?? [], flags.delete ?? [])
    const traffic = flags.traffic === undefined ? undefined : await readTraffic(flags.traffic)
    await this.withSource(unchanged, async source => {
      await refuseAbsent(source, change)
      if (traffic === undefined) {
        await this.print(flags, await whatIfPairsReport(source, change, asked, flags.istioNamespace), whatIfPairsView)
        return
      }
      const question = {change, traffic, istioNamespace: flags.istioNamespace}
      await this.print(flags, await whatIfReport(source, question), whatIfView)
    })
  }
}
