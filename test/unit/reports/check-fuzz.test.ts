import {checkFuzz} from './check-fuzz.js'

checkFuzz(20)
