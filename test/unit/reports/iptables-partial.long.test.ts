import {partialForms} from './iptables-partial.js'

partialForms(1)
