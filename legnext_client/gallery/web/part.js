// Files have no origin of their own; over the network, only a gallery of the same site gets the rows.
parent.postMessage(document.getElementById("data").textContent, location.protocol === "file:" ? "*" : location.origin);
