import {Args, Flags} from '@oclif/core'
import {debugFlags, fileFlag, selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {matrixReport} from '../src/reports/packet/matrix-report.js'
import {matrixView} from '../src/reports/packet/matrix-view.js'
import {packetReport} from '../src/reports/packet/report.js'
import {packetView} from '../src/reports/packet/view.js'

export default class Packet extends MeshCommand {
  static override summary = 'Tell where a packet lands in a pod and which kernel rule decides it'
  static override examples = [
    '<%= config.bin %> packet deploy/productpage-v1 --from sample --out tcp://reviews:9080',
    '<%= config.bin %> packet deploy/productpage-v1 --from sample --in tcp://:9080 --peer 10.0.0.9',
    '<%= config.bin %> packet -f rules.txt --all',
  ]
  static override args = {pod: Args.string({ignoreStdin: true, description: 'pod, pod.namespace, deploy/name, …'})}
  static override flags = {
    file: fileFlag,
    selector: selectorFlag,
    ...debugFlags,
    out: Flags.string({helpValue: 'tcp://ADDRESS:PORT', description: 'a packet a process of the pod sends'}),
    in: Flags.string({helpValue: 'tcp://:PORT', description: 'a packet that arrives at the pod'}),
    peer: Flags.string({helpValue: 'ADDRESS', description: 'who sends an arriving packet', dependsOn: ['in']}),
    source: Flags.string({helpValue: 'ADDRESS', description: 'the address the sender is bound to'}),
    interface: Flags.string({description: 'the interface it arrives on', dependsOn: ['in']}),
    uid: Flags.integer({min: 0, description: 'user of the sending process (1000 unless said)'}),
    gid: Flags.integer({min: 0, description: 'its primary group (the uid unless said)'}),
    mark: Flags.string({description: 'mark of the sending socket, such as 1337 or 0x539'}),
    state: Flags.string({
      options: ['new', 'established', 'related', 'invalid'],
      description: 'state in connection tracking',
    }),
    transparent: Flags.boolean({description: 'the sender may use addresses that are not its own'}),
    all: Flags.boolean({description: 'the usual packets of a pod as a table', exclusive: ['out', 'in', 'cases']}),
    ipv6: Flags.boolean({description: 'ask --all about IPv6', dependsOn: ['all']}),
    cases: Flags.string({helpValue: 'FILE', description: 'answer a table of packets', dependsOn: ['rulesets']}),
    rulesets: Flags.string({
      helpValue: 'DIR',
      description: 'folder of the rulesets a table names',
      dependsOn: ['cases'],
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Packet)
    if (flags.cases !== undefined && flags.rulesets !== undefined) {
      const {answerCases} = await import('../src/cli/packet-cases.js')
      const {casesView} = await import('../src/reports/packet/cases-view.js')
      await this.print(flags, await answerCases(flags.cases, flags.rulesets), casesView)
      return
    }
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (flags.all) await this.print(flags, await matrixReport(source, pod, flags.ipv6 ? 'ip6' : 'ip'), matrixView)
      else await this.print(flags, await packetReport(source, pod, flags), packetView)
    })
  }
}
