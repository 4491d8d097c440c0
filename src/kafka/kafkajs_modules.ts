/** The modules of kafkajs that are used. They are loaded together, when a first broker is to be reached. */

export { default as Broker } from "kafkajs/src/broker/index.js";
export { default as plain } from "kafkajs/src/broker/saslAuthenticator/plain.js";
export { default as scram256 } from "kafkajs/src/broker/saslAuthenticator/scram256.js";
export { default as scram512 } from "kafkajs/src/broker/saslAuthenticator/scram512.js";
export { default as loggers } from "kafkajs/src/loggers/index.js";
export { default as Connection } from "kafkajs/src/network/connection.js";
export { default as Pool } from "kafkajs/src/network/connectionPool.js";
export { default as Queue } from "kafkajs/src/network/requestQueue/index.js";
export { openSocket } from "./socket.ts";
