import {Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {debugFlags, durationMs, filesFlag, selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {driftReport, expectedReport, impliedBy, iptablesWithDriftReport} from '../src/reports/iptables/drift-report.js'
import {driftView} from '../src/reports/iptables/drift-view.js'
import {iptablesView} from '../src/reports/iptables/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Iptables extends MeshCommand {
  static override summary = "Explain a pod's iptables rules: what is captured or bypassed, and why"
  static override examples = [
    example('Say what the rules of a pod capture', 'iptables deploy/productpage-v1 --from sample'),
    example('Compare the rules with those it should have', 'iptables deploy/sick-drift-v1 --from sample --drift'),
    example("Read the rules from istio-init's log", 'kubectl logs POD -c istio-init | <%= config.bin %> iptables -f -'),
  ]
  static override forms = formsOf(driftView, iptablesView)
  static override needs: CommandNeeds = {
    reads: 'kernel rules',
    aboutProxy: true,
    cluster: {needs: ['pods', 'exec'], more: ['workloads', 'logs'], debug: true},
  }
  static override args = podArgument
  static override flags = {
    file: filesFlag,
    selector: selectorFlag,
    ...debugFlags,
    expected: Flags.boolean({description: 'show the rules the pod should have, computed from its injection settings'}),
    drift: Flags.boolean({
      description:
        'show how the rules differ from those the pod should have (exit code 1 if any traffic is handled differently)',
      exclusive: ['expected'],
    }),
    args: Flags.string({
      helpValue: "'istio-iptables -p 15001 …'",
      description: 'with --expected: compute the rules from this command line of istio-init',
      dependsOn: ['expected'],
    }),
    counters: Flags.boolean({
      description: 'read the rules twice and show which of them matched packets in between (nothing is reset)',
      exclusive: ['expected', 'drift'],
    }),
    for: Flags.string({
      helpValue: 'DURATION',
      description: 'with --counters: time between the two reads (default 5s)',
      dependsOn: ['counters'],
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Iptables)
    if (flags.args !== undefined) {
      const {filesSource} = await import('../src/sources/files/source.js')
      const source = filesSource([{label: 'the arguments given', bytes: Buffer.from(`istio-iptables ${flags.args}\n`)}])
      await this.print(flags, await expectedReport(source, impliedBy(source)), iptablesView)
      return
    }
    if (flags.expected && (flags.file === undefined) !== (args.pod === undefined)) {
      await this.withSource(flags, async source => {
        const {expectedSubject} = await import('../src/evidence/kernel/expected-subject.js')
        const target = {name: args.pod, namespace: flags.namespace, allNamespaces: flags['all-namespaces']}
        const subject = args.pod === undefined ? {pod: impliedBy(source)} : await expectedSubject(source, target)
        if (subject.chosen !== undefined) await this.note(flags, subject.chosen)
        await this.print(flags, await expectedReport(source, subject.pod), iptablesView)
      })
      return
    }
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (flags.counters) {
        const {countersReport} = await import('../src/reports/iptables/counters-report.js')
        const {countersView} = await import('../src/reports/iptables/counters-view.js')
        await this.print(flags, await countersReport(source, pod, durationMs(flags.for ?? '5s')), countersView)
      } else if (flags.drift) await this.print(flags, await driftReport(source, pod), driftView)
      else if (flags.expected) await this.print(flags, await expectedReport(source, pod), iptablesView)
      else await this.print(flags, await iptablesWithDriftReport(source, pod), iptablesView)
    })
  }
}
