/** A step of the tour: a question, what to look for in the answer, and the command that gives it. */
interface TourStep {
  readonly question: string
  readonly look: string
  readonly command: readonly string[]
}

/** A sick mesh in five steps: from "what is wrong" to "would the fix help", each a question asked of the sample mesh. */
export const TOUR: readonly TourStep[] = [
  {
    question: 'Which proxies do not have the configuration of istiod?',
    look: 'Three proxies are out of sync, each for another reason; the log line under each is the evidence.',
    command: ['proxy-status', '--only', 'problem', '-o', 'short'],
  },
  {
    question: 'What is wrong with one workload?',
    look: 'Each finding has the place (at), the evidence (seen), the consequence (why) and the remedy (fix).',
    command: ['check', 'deploy/sick-nack-v1'],
  },
  {
    question: 'Does traffic go through the sidecar at all?',
    look: 'The kernel rules are compared with those istio-init made: one is missing, one was added.',
    command: ['iptables', 'deploy/sick-drift-v1', '--drift'],
  },
  {
    question: 'Why does a request fail?',
    look: 'The request is followed through both kernels and both proxies; Cause names the object and the field.',
    command: ['trace', 'deploy/productpage-v1', 'http://details:9080/'],
  },
  {
    question: 'Would the fix help, and break nothing?',
    look: 'The deletion of that object is computed, not done: meshctl changes nothing in a cluster here.',
    command: ['what-if', '--delete', 'destinationrule/demo/details-plaintext'],
  },
]
