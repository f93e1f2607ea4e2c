-- What is looked up by people, who want the newest of a type, or one provider's.
CREATE INDEX deliveries_type ON deliveries (type, received_at, id);
CREATE INDEX connections_status ON connections (status);
CREATE INDEX connections_provider ON connections (provider, id);
