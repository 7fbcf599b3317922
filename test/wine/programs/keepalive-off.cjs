// Wine refuses keep-alive on a socket that is not connected yet; Windows does not.
require('node:net').Socket.prototype.setKeepAlive = function keepAlive() {
  return this;
};
